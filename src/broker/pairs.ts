/**
 * Takes process pairs: a fresh process of each version on the same core, visited in alternation, A B B A or B A A B. Which
 * starts first, which opens first and which order a block has is drawn: every fixed order is a bias. Both sessions are opened anew
 * at the head of each block, elsewhere in memory, so that what a process keeps for its life does not count as a difference.
 */
import type { Backend } from '../backends/backend.ts';
import type { Random } from '../stats/random.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Block, Pair, Visit } from '../trace/pair.ts';
import type { Worker, WorkerOptions } from '../workers/worker.ts';
import type { Workers } from './workers.ts';

/** What a worker of one version is started with, opens and is fed. */
export interface PairedArm {
  readonly backend: Backend;
  readonly options: WorkerOptions;
  readonly path: string;
  readonly feeds: TensorMap;
}

export interface Arms {
  readonly base: PairedArm;
  readonly ours: PairedArm;
}

/** How many calls a visit has and how many blocks a pair: fixed before the first pair, equal for both arms. */
export interface PairShape {
  readonly calls: number;
  readonly blocks: number;
  /** Calls that a process makes before its first block: JavaScript and wasm are compiled better while they run. */
  readonly warmup: number;
  /** Whether sessions are opened anew for each block; where opening costs more than it gains they are not. */
  readonly reopen: boolean;
}

/** A visit lasts this long, seconds, and has as many calls: the longer it is, the nearer its low end comes to the code alone. */
const visitLength = 0.016;
const fewestCalls = 3;
const mostCalls = 200;
/** Measuring time of a pair, seconds. */
const pairBudget = 1.1;
/** Calls after opening that do not count. */
const settling = 4;
/** Time that a process warms up, seconds, whose code is compiled while it runs. */
const warmupBudget = 0.3;
const mostWarmup = 300;
const fewestBlocks = 4;
const mostBlocks = 12;

/**
 * `call` and `load`: seconds of a later call and of opening once more. `jit`: of the backend. Opening anew sets its compiler to work beside
 * the calls that follow: those of fashion-cnn in ort-web/wasm took 8 ms in place of 3, and pairs of equal versions differed by 18 % (SD) in place of 1 %.
 */
export function shapeFor(call: number, load: number, jit: boolean): PairShape {
  const calls = Math.min(mostCalls, Math.max(fewestCalls, Math.ceil(visitLength / call)));
  // Each visit makes one call more that is not counted: the first one after the other arm ran.
  const visits = 4 * (calls + 1) * call;
  return {
    calls,
    blocks: Math.min(mostBlocks, Math.max(fewestBlocks, Math.floor(pairBudget / visits))),
    warmup: jit ? Math.min(mostWarmup, Math.ceil(warmupBudget / call)) : settling,
    reopen: !jit && (load < 0.5 * visits || load < 0.03),
  };
}

/** One process of each version, alive for a pair of every case that runs on the same backend. */
export class ProcessPair {
  readonly #base: Worker;
  readonly #ours: Worker;
  readonly #random: Random;
  /** Whose worker died, once one has. */
  failed: 'base' | 'ours' | null = null;

  /** Starts both, in an order that is drawn. */
  constructor(workers: Workers, { base, ours }: Arms, random: Random) {
    const start = ({ backend, options }: PairedArm): Worker => workers.start(backend, options);
    const baseFirst = random() < 0.5;
    const first = start(baseFirst ? base : ours);
    const second = start(baseFirst ? ours : base);
    [this.#base, this.#ours] = baseFirst ? [first, second] : [second, first];
    this.#random = random;
  }

  /** Looks at a case's base, once the other process has started as well, for the shape of all its pairs. */
  async shape({ base: { path, feeds, backend } }: Arms): Promise<PairShape> {
    await this.#of('ours', this.#ours.hello());
    await this.#base.open(path);
    const start = performance.now();
    // The first calls of code that is compiled while it runs say nothing of the later ones.
    do await this.#base.sample(feeds, 1, fewestCalls);
    while (backend.jit && (performance.now() - start) / 1e3 < warmupBudget);
    const load = backend.jit ? 0 : (await this.#base.open(path, 1)).seconds;
    const { samples } = await this.#base.sample(feeds, settling, fewestCalls);
    return shapeFor(samples[1] ?? 1, load, backend.jit);
  }

  async take(arms: Arms, { calls, blocks, warmup, reopen }: PairShape, pair: number): Promise<Pair> {
    await this.#open(arms, 0);
    await this.#of('base', this.#base.sample(arms.base.feeds, warmup, 1));
    await this.#of('ours', this.#ours.sample(arms.ours.feeds, warmup, 1));
    const taken: Block[] = [];
    for (let block = 0; block < blocks; block += 1) {
      if (reopen) await this.#open(arms, 1 + Math.floor(this.#random() * 1e6));
      const order = this.#coin() ? 'ABBA' : 'BAAB';
      const visits: Visit[] = [];
      for (const arm of order) visits.push(await this.#visit(arm, arms, calls));
      taken.push({ order, visits, reference: [] });
    }
    return { pair, blocks: taken };
  }

  async close(): Promise<void> {
    await Promise.all([this.#base.close(), this.#ours.close()]);
  }

  /** Notes whose call it was that failed. */
  async #of<T>(arm: 'base' | 'ours', call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.failed ??= arm;
      throw error;
    }
  }

  #coin(): boolean {
    return this.#random() < 0.5;
  }

  async #open({ base, ours }: Arms, shift: number): Promise<void> {
    const a = ['base', this.#base, base] as const;
    const b = ['ours', this.#ours, ours] as const;
    for (const [arm, worker, { path, feeds }] of this.#coin() ? [a, b] : [b, a]) {
      await this.#of(arm, worker.open(path, shift));
      // The first inference allocates and chooses kernels, another quantity; after it the process tidies up beside the next ones.
      await this.#of(arm, worker.sample(feeds, settling, 1));
    }
  }

  /** The call after a switch finds the other arm's data in the caches; it is made and not counted. */
  async #visit(arm: string, { base, ours }: Arms, calls: number): Promise<Visit> {
    const { samples } = await (arm === 'A'
      ? this.#of('base', this.#base.sample(base.feeds, 1, calls))
      : this.#of('ours', this.#ours.sample(ours.feeds, 1, calls)));
    return samples;
  }
}
