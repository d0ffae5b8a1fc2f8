/**
 * Takes latency: several fresh processes, each pinned to one core where the platform can, each giving load, first and a
 * the least of its visits for every batch size. Between-process spread is the error that counts (reference: Kalibera & Jones,
 * "Rigorous benchmarking in reasonable time", 2013), so one process is one datum.
 */
import { rangesOf } from '../models/feeds.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { coreFor } from '../workers/launch.ts';
import { demandDurations, type Worker } from '../workers/worker.ts';
import type { BatchLatency, Latency } from '../metrics/sources.ts';

export interface LatencyRequest {
  /** Starts a fresh process, pinned to this core unless it is null. */
  readonly start: (core: number | null) => Worker;
  readonly path: string;
  /** Feeds at a batch size. */
  readonly feeds: (batch: number) => TensorMap;
  readonly batches: readonly number[];
  readonly processes: number;
  /** Seconds after which no further process is started, once there are two; Infinity for a gate, which needs them all. */
  readonly patience: number;
  /** Measuring time a batch size may take in one process, seconds. */
  readonly budget: number;
  readonly threads: number;
}

const visits = 5;
const minCalls = 3;
const maxCalls = 200;

export async function takeLatency(request: LatencyRequest): Promise<Latency> {
  const core = coreFor(request.threads);
  const runs: ProcessLatency[] = [];
  const begin = performance.now();
  const impatient = (): boolean => runs.length >= 2 && (performance.now() - begin) / 1e3 > request.patience;
  while (runs.length < request.processes && !impatient()) runs.push(await timeProcess(request, core));
  return {
    load: runs.map((run) => run.load),
    first: runs.map((run) => run.first),
    batches: request.batches.map((batch, index) =>
      merge(
        batch,
        runs.map((run) => run.batches[index]),
      ),
    ),
    pinned: core !== null,
    waiting: middleOf(runs.map((run) => run.waiting)),
  };
}

interface ProcessLatency {
  readonly load: number;
  readonly first: number;
  readonly batches: readonly { readonly steady: number; readonly overhead: number }[];
  readonly waiting: number | null;
}

async function timeProcess(
  { start, path, feeds, batches, budget }: LatencyRequest,
  core: number | null,
): Promise<ProcessLatency> {
  const worker = start(core);
  try {
    await worker.hello();
    const [begin, before] = [performance.now(), worker.waited()];
    const { seconds: load } = await worker.open(path, rangesOf(batches.map(feeds)));
    const { seconds: first } = await worker.run(feeds(batches[0] ?? 1));
    const measured = [];
    for (const batch of batches) measured.push(await timeBatch(worker, feeds(batch), budget));
    demandDurations([load, first, ...measured.map(({ steady }) => steady)]);
    const [waited, seconds] = [worker.waited(), (performance.now() - begin) / 1e3];
    const waiting = waited === null || before === null ? null : Math.max(0, (waited - before) / seconds);
    return { load, first, batches: measured, waiting };
  } finally {
    await worker.close();
  }
}

/** A short pilot fixes how many calls each visit has; then the least of all visits is the process's datum: see docs/decisions/0008. */
export async function timeBatch(
  worker: Worker,
  feeds: TensorMap,
  budget: number,
): Promise<{ steady: number; overhead: number; peakBytes: number; deviceBytes: number | null }> {
  const pilot = await worker.sample(feeds, 1, 1);
  const call = pilot.samples[0] ?? budget;
  const { rounds, calls } = scheduleFor(call, budget);
  let [steady, overhead, last] = [Infinity, 0, pilot];
  for (let visit = 0; visit < rounds; visit += 1) {
    const sampled = await worker.sample(feeds, rounds === 1 ? 0 : 1, calls);
    steady = Math.min(steady, sampled.samples[0] ?? Number.NaN);
    overhead = Math.max(overhead, sampled.overhead);
    last = sampled;
  }
  const { peakBytes, deviceBytes = null } = last;
  return { steady, overhead, peakBytes, deviceBytes };
}

/** Calls that outlast the budget get one visit of as many calls as fit, at least one: all that a commit can afford. */
function scheduleFor(call: number, budget: number): { rounds: number; calls: number } {
  if (call * minCalls * visits > 2 * budget)
    return { rounds: 1, calls: Math.min(minCalls, Math.max(1, Math.floor(budget / call))) };
  return {
    rounds: visits,
    calls: Math.min(maxCalls, Math.max(minCalls, Math.floor(budget / visits / call))),
  };
}

/** Null where one is not known. */
function middleOf(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null).toSorted((a, b) => a - b);
  return known.length < shares.length ? null : (known[Math.floor(known.length / 2)] ?? null);
}

function merge(batch: number, runs: readonly ({ steady: number; overhead: number } | undefined)[]): BatchLatency {
  return {
    batch,
    steady: runs.map((run) => run?.steady ?? Number.NaN),
    overhead: Math.max(...runs.map((run) => run?.overhead ?? 0)),
  };
}
