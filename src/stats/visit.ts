/**
 * What one visit says of its arm. Assumes that noise only ever adds time (Chen and Revels, 2016): the low end of a visit is the code, the high
 * end the machine. The evidence for these estimators is in docs/decisions/0006.
 */
import { median, minimum, quantile, toSample } from './sample.ts';

/**
 * Near the minimum. The 15th percentile spreads up to a fifth less over processes than the minimum, which a single lucky call decides;
 * below five calls it would lean on the second smallest, which noise reaches, so there the minimum itself is taken.
 */
export const nearMinimum = (calls: readonly number[]): number =>
  calls.length < 5 ? minimum(toSample(calls)) : quantile(toSample(calls), 0.15);

/**
 * The tail: geometric mean of the slowest tenth, no call counting as more than twice the median. The 90th percentile alone is blind to one
 * slow call in twenty; without a cap one hiccup of the machine would be the whole tail of a process.
 */
export const tailOf = (calls: readonly number[]): number => {
  const sorted = toSample(calls);
  const cap = 2 * median(sorted);
  const slowest = sorted.slice(Math.floor(0.9 * sorted.length));
  return Math.exp(slowest.reduce((sum, call) => sum + Math.log(Math.min(call, cap)), 0) / slowest.length);
};

/** Calls of one arm in one pair from which on the tail is at least three of them: no pair that onpar takes has fewer. */
export const tailCalls = 24;
