/**
 * The centre of one symmetric sample: median of its Walsh averages (Hodges and Lehmann, 1963), and the bounds that invert the signed-rank test (Tukey,
 * 1949), both of the scores that signed-rank.ts has. Assumes what it does.
 */
import { topScore } from './signed-rank.ts';
import { middle } from './two-sample.ts';

export interface Centre {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** `rank`: the critical rank of the one-sided test at each end; 0 gives the widest bounds, the least and the greatest value. */
export const centreOf = (values: readonly number[], rank: number): Centre => {
  const walsh = walshAverages(values);
  return { estimate: middle(walsh), low: walsh[rank] ?? NaN, high: walsh[walsh.length - 1 - rank] ?? NaN };
};

/**
 * Means of two values that lie fewer places apart than the top score, each value with itself too; ascending. A value below a centre has the rank of those at or above it
 * in order whose mean with it is not above that centre either: a rank that counts up to the top score leaves out the means with those farther up.
 */
export const walshAverages = (values: readonly number[]): Float64Array => {
  const ordered = Float64Array.from(values).sort();
  const n = ordered.length;
  const top = topScore(n);
  const averages = new Float64Array(top * n - (top * (top - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i += 1)
    for (let j = i; j < Math.min(n, i + top); j += 1) averages[at++] = ((ordered[i] ?? NaN) + (ordered[j] ?? NaN)) / 2;
  return averages.sort();
};
