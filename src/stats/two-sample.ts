/**
 * How many times the baseline the target is, from two small samples, without assuming normality or equal spread of logs beyond a shift.
 * Refuses nothing but too many values: where the samples are too small for the level asked, the widest interval comes back with the level it has.
 */
import { atMost, distribution } from './mann-whitney.ts';
import type { Sample } from './sample.ts';

/** Ends of a confidence interval; `level` is the exact coverage reached, two-sided, in 0..1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

export interface Ratio {
  readonly ratio: number;
  readonly interval: Interval;
}

/**
 * Hodges-Lehmann estimate of target / baseline (median of all pairwise ratios, taken on logs) and the interval that inverts
 * the exact two-sided Mann-Whitney test (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., 4.2 and 4.3).
 * Of the intervals whose level is at least `level` the narrowest. Five against five reach at most 1 - 2 / 252.
 */
export const compareSamples = (target: Sample, baseline: Sample, level: number): Ratio => {
  const shifts = target.flatMap((t) => baseline.map((b) => Math.log(t / b))).sort((a, b) => a - b);
  const { rank, level: reached } = narrowest(target.length, baseline.length, level);
  const end = (index: number): number => Math.exp(shifts[index] ?? NaN);
  return {
    ratio: Math.exp(middle(shifts)),
    interval: { low: end(rank), high: end(shifts.length - 1 - rank), level: reached },
  };
};

/** Best two-sided level that samples of these sizes can reach. */
export const bestLevel = (n: number, m: number): number => 1 - 2 * atMost(n, m, 0);

/** The interval of the median by order statistics: the sign test inverted (Conover, Practical Nonparametric Statistics, 3.2). For display. */
export const medianInterval = (sample: Sample, level: number): Interval => {
  const n = sample.length;
  let rank = 0;
  while (2 * (rank + 1) < n && 1 - 2 * binomialAtMost(n, rank + 1) >= level) rank += 1;
  const end = (index: number): number => sample[index] ?? NaN;
  return { low: end(rank), high: end(n - 1 - rank), level: Math.max(0, 1 - 2 * binomialAtMost(n, rank)) };
};

/** How many of the smallest (and of the greatest) pairwise ratios may be left out. */
const narrowest = (n: number, m: number, level: number): { readonly rank: number; readonly level: number } => {
  const p = distribution(n, m);
  let rank = 0;
  let outside = 2 * (p[0] ?? NaN);
  for (
    let next = outside + 2 * (p[1] ?? NaN);
    2 * (rank + 1) < n * m && 1 - next >= level;
    next += 2 * (p[rank + 1] ?? NaN)
  ) {
    rank += 1;
    outside = next;
  }
  return { rank, level: Math.max(0, 1 - outside) };
};

/** The median of values in ascending order. */
export const middle = (ascending: ArrayLike<number>): number => {
  const half = ascending.length / 2;
  return ((ascending[Math.ceil(half) - 1] ?? NaN) + (ascending[Math.floor(half)] ?? NaN)) / 2;
};

/** P(X <= k) for X of n fair coins. */
const binomialAtMost = (n: number, k: number): number => {
  let term = 0.5 ** n;
  let sum = term;
  for (let i = 1; i <= k; i += 1) {
    term *= (n - i + 1) / i;
    sum += term;
  }
  return sum;
};
