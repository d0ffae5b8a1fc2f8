/**
 * One plan of looks at a growing number of pairs, exact however often and for whatever reason somebody looks. Assumes what signed-rank does.
 * Each look spends its own part of alpha, and the parts add up to at most alpha (Bonferroni over looks): the bounds of all looks hold together,
 * whatever rule stops the run (repeated confidence intervals: Jennison and Turnbull, 1989). Under equally spread pairs the exact
 * joint error is about three quarters of that sum; the rest is the price of assuming nothing about how the spread changes during a run.
 */
import { centreOf } from './hodges-lehmann.ts';
import { atMost, criticalRank } from './signed-rank.ts';
import type { Ratio } from './two-sample.ts';

export interface PlannedLook {
  readonly pairs: number;
  /** Share of alpha that may have been spent after this look; ascending, the last is 1. */
  readonly spent: number;
}

/** A look that can decide. */
export interface Look {
  readonly pairs: number;
  /** Critical rank at each end. */
  readonly rank: number;
  /** What it spends, one-sided: at most its part, since ranks are whole. The next look inherits the rest. */
  readonly error: number;
}

/** Looks with too few pairs for their part of alpha are none. */
export const looksOf = (plan: readonly PlannedLook[], alpha: number): readonly Look[] => {
  let left = 0;
  let before = 0;
  return plan.flatMap(({ pairs, spent }) => {
    left += alpha * (spent - before);
    before = spent;
    const rank = criticalRank(pairs, left);
    if (rank < 0) return [];
    const error = atMost(pairs, rank);
    left -= error;
    return [{ pairs, rank, error }];
  });
};

/** The last look at or below this number of pairs. */
export const lookAt = (looks: readonly Look[], pairs: number): Look | undefined =>
  looks.findLast((look) => look.pairs <= pairs);

export interface Looked extends Ratio {
  /** Undefined before the first look: the interval is then the widest there is, and decides nothing. */
  readonly look: Look | undefined;
  /** How many were used: those of the look, or all where there is none yet. */
  readonly pairs: number;
}

/** Ratio and interval at the last look, from log ratios in the order run. The level is that of all looks together. */
export const ratioAt = (logRatios: readonly number[], looks: readonly Look[]): Looked => {
  const look = lookAt(looks, logRatios.length);
  const used = logRatios.slice(0, look?.pairs ?? logRatios.length);
  const { estimate, low, high } = centreOf(used, look?.rank ?? 0);
  const outside = look === undefined ? 2 ** (1 - used.length) : 2 * looks.reduce((sum, { error }) => sum + error, 0);
  const interval = { low: Math.exp(low), high: Math.exp(high), level: Math.max(0, 1 - outside) };
  return { ratio: Math.exp(estimate), interval, look, pairs: used.length };
};

/** Whether a look has shown the ratio to lie above 1 + margin. */
export const isAbove = ({ look, interval }: Looked, margin: number): boolean =>
  look !== undefined && interval.low > 1 + margin;
