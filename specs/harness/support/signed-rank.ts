/** The test that the product's intervals invert, by itself. */
import { atMost, topScore } from '../../../src/stats/signed-rank.ts';

/**
 * One-sided p-value of `the centre lies above threshold`. W is counted as Tukey does: Walsh averages not above it; ties count against. A value below
 * has the rank of those at or above it in order whose mean with it is not above either, so a top score leaves out means of values that lie as many places apart.
 */
export const pAbove = (values: readonly number[], threshold: number): number => {
  const ordered = Float64Array.from(values).sort();
  const n = ordered.length;
  const top = topScore(n);
  let below = 0;
  for (let i = 0; i < n; i += 1)
    for (let j = i; j < Math.min(n, i + top); j += 1)
      below += ((ordered[i] ?? NaN) + (ordered[j] ?? NaN)) / 2 > threshold ? 0 : 1;
  return atMost(n, below);
};
