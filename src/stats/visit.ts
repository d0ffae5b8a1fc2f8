/**
 * What one visit says of its arm. Assumes that noise only ever adds time (Chen and Revels, 2016): the low end of a visit is the code, the high
 * end the machine. The evidence for these estimators is in docs/decisions/0006.
 */
import { minimum, quantile, toSample } from './sample.ts';

/**
 * Near the minimum. The 15th percentile spreads a fifth less over processes than the minimum does where a visit is quiet, and as much
 * where it is not; below five calls it would lean on the second smallest, which noise reaches, so there the minimum itself is taken.
 */
export const nearMinimum = (calls: readonly number[]): number =>
  calls.length < 5 ? minimum(toSample(calls)) : quantile(toSample(calls), 0.15);

/**
 * The tail: geometric mean of the calls between the 90th and the 97th percentile. The 90th percentile alone is blind to one slow call in
 * twenty; without an upper end one hiccup of the machine in a pair would be the whole tail.
 */
export const tailOf = (calls: readonly number[]): number => {
  const beyond = toSample(calls).slice(Math.floor(0.9 * calls.length), Math.ceil(0.97 * calls.length));
  return Math.exp(beyond.reduce((sum, call) => sum + Math.log(call), 0) / beyond.length);
};

/** Calls of one arm in one pair from which on the tail leaves at least one greatest call out. */
export const tailCalls = 40;
