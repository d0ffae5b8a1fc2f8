/**
 * Takes one process pair: a fresh process of each version on the same core, visited in alternation, A B B A or B A A B. Which
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

/** How many calls a visit has and how many blocks a pair: fixed before the first pair, equal for both arms. */
export interface PairShape {
  readonly calls: number;
  readonly blocks: number;
  /** Calls that a process makes before its first block: JavaScript and wasm are compiled better while they run. */
  readonly warmup: number;
  /** Whether sessions are opened anew for each block; where opening costs more than it gains they are not. */
  readonly reopen: boolean;
}

/** A visit lasts at least this long, seconds, and has as many calls: the estimate of a visit is its minimum. */
const shortestVisit = 0.004;
const fewestCalls = 3;
const mostCalls = 200;
/** Measuring time of a pair, seconds. */
const pairBudget = 1.1;
/** Calls after opening that do not count. */
const settling = 4;
/** Time that a process warms up, seconds. */
const warmupBudget = 0.3;
const mostWarmup = 300;
const fewestBlocks = 4;
const mostBlocks = 12;

/** Looks at one process of an arm for the shape of its pairs. */
export async function shapeOf(workers: Workers, arm: PairedArm): Promise<PairShape> {
  const worker = workers.start(arm.backend, arm.options);
  try {
    await worker.open(arm.path);
    await worker.sample(arm.feeds, 1, fewestCalls);
    const { seconds: load } = await worker.open(arm.path, 1);
    const { samples } = await worker.sample(arm.feeds, 1, fewestCalls);
    return shapeFor(samples[1] ?? 1, load);
  } finally {
    await worker.close();
  }
}

/** `call` and `load`: seconds of a later call and of opening once more. */
export function shapeFor(call: number, load: number): PairShape {
  const calls = Math.min(mostCalls, Math.max(fewestCalls, Math.ceil(shortestVisit / call)));
  // Each visit makes one call more that is not counted: the first one after the other arm ran.
  const visits = 4 * (calls + 1) * call;
  const reopen = load < 0.5 * visits || load < 0.03;
  const block = visits + (reopen ? 2 * load : 0);
  return {
    calls,
    blocks: Math.min(mostBlocks, Math.max(fewestBlocks, Math.floor(pairBudget / block))),
    warmup: Math.min(mostWarmup, Math.ceil(warmupBudget / call)),
    reopen,
  };
}

export async function takePair(
  workers: Workers,
  arms: { readonly base: PairedArm; readonly ours: PairedArm },
  { calls, blocks, warmup, reopen }: PairShape,
  pair: number,
  random: Random,
): Promise<Pair> {
  const coin = (): boolean => random() < 0.5;
  const start = ({ backend, options }: PairedArm): Worker => workers.start(backend, options);
  const [first, second] = coin() ? [arms.base, arms.ours] : [arms.ours, arms.base];
  const started = [start(first), start(second)] as const;
  const [a, b] = first === arms.base ? started : [started[1], started[0]];
  try {
    const taken: Block[] = [];
    await openBoth([a, arms.base], [b, arms.ours], coin(), 0);
    for (const [worker, { feeds }] of [
      [a, arms.base],
      [b, arms.ours],
    ] as const)
      await worker.sample(feeds, warmup, 1);
    for (let block = 0; block < blocks; block += 1) {
      if (reopen) await openBoth([a, arms.base], [b, arms.ours], coin(), shiftFrom(random));
      const order = coin() ? 'ABBA' : 'BAAB';
      const visits: Visit[] = [];
      for (const arm of order)
        visits.push(await visit(arm === 'A' ? a : b, arm === 'A' ? arms.base : arms.ours, calls));
      taken.push({ order, visits, reference: [] });
    }
    return { pair, blocks: taken };
  } finally {
    await Promise.all(started.map((worker) => worker.close()));
  }
}

type Opening = readonly [worker: Worker, arm: PairedArm];

async function openBoth(a: Opening, b: Opening, aFirst: boolean, shift: number): Promise<void> {
  for (const [worker, { path, feeds }] of aFirst ? [a, b] : [b, a]) {
    await worker.open(path, shift);
    // The first inference allocates and chooses kernels, another quantity; after it the process tidies up beside the next ones.
    await worker.sample(feeds, settling, 1);
  }
}

const shiftFrom = (random: Random): number => 1 + Math.floor(random() * 1e6);

/** The call after a switch finds the other arm's data in the caches; it is made and not counted. */
const visit = async (worker: Worker, { feeds }: PairedArm, calls: number): Promise<Visit> =>
  (await worker.sample(feeds, 1, calls)).samples;
