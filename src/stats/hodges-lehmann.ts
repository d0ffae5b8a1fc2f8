/** The centre of one symmetric sample: median of its Walsh averages (Hodges and Lehmann, 1963), and the bounds that invert the signed-rank test (Tukey, 1949). */
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

/** All means of two values, each value with itself too; ascending. */
export const walshAverages = (values: readonly number[]): Float64Array => {
  const n = values.length;
  const averages = new Float64Array((n * (n + 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i += 1)
    for (let j = i; j < n; j += 1) averages[at++] = ((values[i] ?? NaN) + (values[j] ?? NaN)) / 2;
  return averages.sort();
};
