/**
 * Takes process pairs: a fresh process of each version on the same core, visited in alternation, A B B A or B A A B. Which
 * starts first, opens first and warms up first and which order a block has is drawn: every fixed order is a bias. Both sessions are opened anew
 * at the head of each block, elsewhere in memory, so that what a process keeps for its life does not count as a difference.
 */
import type { Backend, Kernels } from '../backends/backend.ts';
import { rangesOf } from '../models/feeds.ts';
import type { Random } from '../stats/random.ts';
import { median, toSample } from '../stats/sample.ts';
import type { Sample } from '../stats/sample.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Block, Pair, Visit } from '../trace/pair.ts';
import type { Worker, WorkerOptions } from '../workers/worker.ts';
import type { Workers } from './workers.ts';

/** What a worker of one version is started with, opens and is fed. */
export interface Contestant {
  readonly backend: Backend;
  readonly options: WorkerOptions;
  readonly path: string;
  readonly feeds: TensorMap;
}

export interface Contestants {
  readonly base: Contestant;
  readonly ours: Contestant;
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
/**
 * Time that a process warms up, seconds, whose code is compiled while it runs. In ort-web/wasm fashion-cnn gets
 * its last speed after some 0.45 s: after 0.3 s one process of twelve took 7 ms for calls of 3 until then, beside builds on the other core.
 */
const warmupBudget = 0.6;
const mostWarmup = 2000;
/** Until the last speed is known, seconds; and the share of the least call so far from which on a call is a quicker one. */
const longestWarmup = 4;
const quicker = 0.95;
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

export interface BothKernels {
  readonly base: Kernels;
  readonly ours: Kernels;
}

/** One process of each version, alive for a pair of every case that runs on the same backend. */
export class ProcessPair {
  readonly #base: Worker;
  readonly #ours: Worker;
  readonly #random: Random;
  /** Whose worker died, once one has. */
  failed: keyof Contestants | null = null;

  /** Starts both, in an order that is drawn. */
  constructor(workers: Workers, { base, ours }: Contestants, random: Random) {
    const start = ({ backend, options }: Contestant): Worker => workers.start(backend, options);
    const baseFirst = random() < 0.5;
    const first = start(baseFirst ? base : ours);
    const second = start(baseFirst ? ours : base);
    [this.#base, this.#ours] = baseFirst ? [first, second] : [second, first];
    this.#random = random;
  }

  /**
   * Looks at a case, for the shape of all its pairs: at an arm that compiles while it runs, where there is one, else at the base, once the other process has
   * started as well. It leaves that process warmer than the other: pairs are then taken with new ones.
   */
  async shape(contestants: Contestants): Promise<PairShape> {
    const arm = contestants.base.backend.jit || !contestants.ours.backend.jit ? 'base' : 'ours';
    const { path, backend, feeds } = contestants[arm];
    const open = (shift?: number) => this.#of(arm, this.#worker(arm).open(path, rangesOf([feeds]), shift));
    const other = arm === 'base' ? 'ours' : 'base';
    await this.#of(other, this.#worker(other).hello());
    await open();
    if (backend.jit) return shapeFor(await this.#lastSpeed(arm, contestants), 0, true);
    await this.#sample(arm, contestants, 1, fewestCalls);
    const { seconds: load } = await open(1);
    return shapeFor(median(await this.#sample(arm, contestants, settling, fewestCalls)), load, false);
  }

  /**
   * Seconds of a call once no call has been quicker for twice as long as a process warms up. The first calls of code that is compiled
   * while it runs say nothing of the later ones, least of all where other cores compile as well.
   */
  async #lastSpeed(arm: keyof Contestants, contestants: Contestants): Promise<number> {
    const begin = performance.now();
    let [least, since] = [Infinity, begin];
    for (;;) {
      const call = median(await this.#sample(arm, contestants, 1, fewestCalls));
      const now = performance.now();
      if (call < quicker * least) since = now;
      least = Math.min(least, call);
      if (now - since >= 2e3 * warmupBudget || now - begin >= 1e3 * longestWarmup) return least;
    }
  }

  async take(contestants: Contestants, { calls, blocks, warmup, reopen }: PairShape, pair: number): Promise<Pair> {
    await this.#open(contestants, 0);
    for (const arm of this.#turns()) await this.#sample(arm, contestants, warmup, 1);
    const taken: Block[] = [];
    for (let block = 0; block < blocks; block += 1) {
      if (reopen) await this.#open(contestants, 1 + Math.floor(this.#random() * 1e6));
      const order = this.#coin() ? 'ABBA' : 'BAAB';
      const visits: Visit[] = [];
      for (const arm of order) visits.push(await this.#visit(arm, contestants, calls));
      taken.push({ order, visits, reference: [] });
    }
    return { pair, blocks: taken };
  }

  /** In sessions of their own; null where a side cannot say. */
  async kernels(contestants: Contestants): Promise<BothKernels | null> {
    const of = async (arm: keyof Contestants): Promise<Kernels | null> => {
      const { path, feeds } = contestants[arm];
      return (await this.#worker(arm).kernels(path, feeds)).kernels;
    };
    const [base, ours] = [await of('base'), await of('ours')];
    return base === null || ours === null ? null : { base, ours };
  }

  async close(): Promise<void> {
    await Promise.all([this.#base.close(), this.#ours.close()]);
  }

  /** Notes whose call it was that failed. */
  async #of<T>(arm: keyof Contestants, call: Promise<T>): Promise<T> {
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

  #turns(): readonly (keyof Contestants)[] {
    return this.#coin() ? ['base', 'ours'] : ['ours', 'base'];
  }

  async #open(contestants: Contestants, shift: number): Promise<void> {
    for (const arm of this.#turns()) {
      const { path, feeds } = contestants[arm];
      await this.#of(arm, this.#worker(arm).open(path, rangesOf([feeds]), shift));
      // The first inference allocates and chooses kernels, another quantity; after it the process tidies up beside the next ones.
      await this.#sample(arm, contestants, settling, 1);
    }
  }

  /** The call after a switch finds the other arm's data in the caches; it is made and not counted. */
  #visit(arm: string, contestants: Contestants, calls: number): Promise<Visit> {
    return this.#sample(arm === 'A' ? 'base' : 'ours', contestants, 1, calls);
  }

  /** Rejects with InvalidSample what no clock can have measured: it must not come near a verdict. */
  #sample(arm: keyof Contestants, contestants: Contestants, warmup: number, calls: number): Promise<Sample> {
    const { feeds } = contestants[arm];
    return this.#of(
      arm,
      this.#worker(arm)
        .sample(feeds, warmup, calls)
        .then(({ samples }) => toSample(samples)),
    );
  }

  #worker(arm: keyof Contestants): Worker {
    return arm === 'base' ? this.#base : this.#ours;
  }
}
