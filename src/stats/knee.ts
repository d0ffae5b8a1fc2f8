/** What batching buys, and where it stops paying. */

export interface Rate {
  readonly batch: number;
  /** Inputs a second, above 0. */
  readonly throughput: number;
}

export interface Knee extends Rate {
  /** Of the greatest throughput, 0.95 to 1. */
  readonly share: number;
  /** Throughput as a multiple of that at batch 1; null where that was not measured. */
  readonly gain: number | null;
  /** Whether larger batches were measured, too: where not, more of it may still pay. */
  readonly passed: boolean;
}

const enough = 0.95;

/** The smallest batch with 95 % of the greatest throughput: beyond it a batch buys waiting, not work. Null without any point. */
export function kneeOf(points: readonly Rate[]): Knee | null {
  const ordered = points.toSorted((a, b) => a.batch - b.batch);
  const best = Math.max(...ordered.map(({ throughput }) => throughput));
  const found = ordered.find(({ throughput }) => throughput >= enough * best);
  if (found === undefined) return null;
  const { batch, throughput } = found;
  const single = ordered.find((point) => point.batch === 1)?.throughput;
  return {
    batch,
    throughput,
    share: throughput / best,
    gain: single === undefined ? null : throughput / single,
    passed: batch < (ordered.at(-1)?.batch ?? batch),
  };
}
