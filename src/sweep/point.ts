/** One batch size of a sweep: fresh processes, so that the peak memory of one size cannot hide in another's. */
import type { Engine } from '../backends/backend.ts';
import { attempt } from '../broker/measurement.ts';
import { timeBatch } from '../broker/latency.ts';
import { outputsOf, rangesOf } from '../models/feeds.ts';
import { median, toSample } from '../stats/sample.ts';
import { medianInterval } from '../stats/two-sample.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { startGuarded } from '../workers/limit.ts';
import type { Guard } from '../workers/limit.ts';
import type { Replies } from '../workers/protocol.ts';
import type { Worker } from '../workers/worker.ts';
import { deathOf } from './death.ts';
import { feedsAt, fixedBatch } from './subject.ts';
import type { SweepSubject } from './subject.ts';
import type { Outcome, Point } from './sweep.generated.ts';

export interface PointOptions {
  /** Starts a worker of the subject's backend behind this command. */
  readonly start: (subject: SweepSubject, wrapper: readonly string[]) => Worker;
  /** Of resident memory, bytes. */
  readonly limit: number | null;
}

export interface Taken {
  readonly point: Point;
  /** Under the model's names; null where there are none. */
  readonly outputs: TensorMap | null;
}

const processes = 3;
/** Seconds after which the processes that there are must do. */
const patience = 5;
/** Measuring time in one process, seconds. */
const budget = 0.05;

export const emptyPoint = (batch: number, outcome: Outcome, reason: string): Point => ({
  batch,
  outcome,
  reason,
  steady: null,
  interval: null,
  throughput: null,
  load: null,
  first: null,
  peakBytes: null,
  deviceBytes: null,
  engine: null,
  processes: 0,
});

export async function takePoint(subject: SweepSubject, batch: number, options: PointOptions): Promise<Taken> {
  const taken: ProcessPoint[] = [];
  const begin = performance.now();
  while (taken.length < processes && (performance.now() - begin) / 1e3 < patience) {
    const one = await takeProcess(subject, batch, options);
    // What died once is told, whatever the others would say.
    if ('outcome' in one) return { point: emptyPoint(batch, one.outcome, one.reason), outputs: null };
    taken.push(one);
  }
  return { point: summary(batch, taken), outputs: taken[0]?.outputs ?? null };
}

interface ProcessPoint {
  readonly load: number;
  readonly first: number;
  readonly steady: number;
  readonly peakBytes: number;
  readonly deviceBytes: number | null;
  readonly engine: Engine | null;
  readonly outputs: TensorMap;
}

type Lost = Pick<Point, 'outcome'> & { readonly reason: string };

const takeProcess = (subject: SweepSubject, batch: number, options: PointOptions): Promise<ProcessPoint | Lost> =>
  guarded(subject, options, async ({ worker, exceeded }): Promise<ProcessPoint | Lost> => {
    const ranges = subject.backend.builds ? rangesOf([feedsAt(subject, batch)]) : {};
    const { seconds: load, inputs, engine = null } = await worker.open(subject.path, ranges);
    const fixed = fixedBatch(inputs);
    if (fixed !== null && fixed !== batch) return fixedAxis(fixed, inputs);
    const feeds = feedsAt(subject, batch);
    const { seconds: first, outputs } = await worker.run(feeds);
    const { steady, peakBytes, deviceBytes } = await timeBatch(worker, feeds, budget);
    const beyond = exceeded(peakBytes);
    if (beyond !== null) return { outcome: 'out-of-memory', reason: beyond };
    const named = outputsOf(subject.model.card, subject.artifact, outputs);
    return { load, first, steady, peakBytes, deviceBytes, engine, outputs: named };
  });

/** What `body` says of a fresh worker, or how that worker ended. */
export async function guarded<T>(
  subject: SweepSubject,
  { start, limit }: PointOptions,
  body: (guard: Guard) => Promise<T>,
): Promise<T | Lost> {
  const guard = startGuarded((wrapper) => start(subject, wrapper), limit);
  try {
    const measured = await attempt(() => body(guard));
    return measured.ok ? measured.value : deathOf(measured.failure, guard.exceeded());
  } finally {
    await guard.close();
  }
}

function fixedAxis(size: number, [input]: Replies['open']['inputs']): Lost {
  const name = input?.name ?? 'x';
  return {
    outcome: 'fixed-axis',
    reason: `its batch axis is fixed at ${size}: export a symbolic one, such as torch.onnx.export(…, dynamic_axes={'${name}': {0: 'batch'}})`,
  };
}

function summary(batch: number, taken: readonly ProcessPoint[]): Point {
  const of = (pick: (one: ProcessPoint) => number): number => median(toSample(taken.map(pick)));
  const sample = toSample(taken.map(({ steady }) => steady));
  const steady = median(sample);
  const device = taken.flatMap(({ deviceBytes }) => deviceBytes ?? []);
  return {
    batch,
    outcome: 'measured',
    reason: null,
    steady,
    interval: sample.length > 1 ? { ...medianInterval(sample, 0.95) } : null,
    throughput: batch / steady,
    load: of(({ load }) => load),
    first: of(({ first }) => first),
    peakBytes: Math.max(...taken.map(({ peakBytes }) => peakBytes)),
    deviceBytes: device.length === 0 ? null : Math.max(...device),
    engine: taken[0]?.engine ?? null,
    processes: taken.length,
  };
}
