/** A quick look at latency while both files are open: blocks of visits in the order A B B A, one process each. An indication, not a gate. */
import { median, toSample } from '../stats/sample.ts';
import { medianInterval } from '../stats/two-sample.ts';
import type { Interval } from '../stats/two-sample.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Worker } from '../workers/worker.ts';

export interface PairedLatency {
  /** Seconds a call, median of the visits' minima. */
  readonly base: number;
  readonly other: number;
  /** other / base, median of the blocks. */
  readonly ratio: number;
  readonly interval: Interval;
}

const blocks = 7;
/** Measuring time of one visit, seconds. */
const visitBudget = 0.03;
const maxCalls = 100;

export async function pairedLatency(
  base: Worker,
  baseFeeds: TensorMap,
  other: Worker,
  otherFeeds: TensorMap,
): Promise<PairedLatency> {
  const arms = { base: await arm(base, baseFeeds), other: await arm(other, otherFeeds) };
  const minima = { base: [] as number[], other: [] as number[] };
  const ratios: number[] = [];
  for (let block = 0; block < blocks; block += 1) {
    // Alternating which arm goes first: whoever follows finds other caches.
    const order =
      block % 2 === 0 ? (['base', 'other', 'other', 'base'] as const) : (['other', 'base', 'base', 'other'] as const);
    const seen = { base: 0, other: 0 };
    for (const name of order) {
      const minimum = await arms[name]();
      minima[name].push(minimum);
      seen[name] += Math.log(minimum) / 2;
    }
    ratios.push(Math.exp(seen.other - seen.base));
  }
  const sample = toSample(ratios);
  return {
    base: median(toSample(minima.base)),
    other: median(toSample(minima.other)),
    ratio: median(sample),
    interval: medianInterval(sample, 0.95),
  };
}

/** A function that makes one visit and returns its minimum; how many calls it has is fixed by a short pilot. */
async function arm(worker: Worker, feeds: TensorMap): Promise<() => Promise<number>> {
  const pilot = await worker.sample(feeds, 2, 3);
  const calls = Math.min(maxCalls, Math.max(1, Math.floor(visitBudget / (pilot.samples[1] ?? visitBudget))));
  return async () => (await worker.sample(feeds, 1, calls)).samples[0] ?? NaN;
}
