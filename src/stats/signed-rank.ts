/**
 * Wilcoxon's signed-rank test with Winsorized ranks, exact: the farther half of the values all weigh the same. Assumes independent values, symmetric
 * about their centre; neither normal nor of equal spread. Chosen over the sign-flip test of the mean: its interval is read off the Walsh
 * averages, a wild pair costs no more than one from the middle, and its critical values do not depend on the data, so a
 * sequential plan can be laid down before the first pair. Over whole ranks: docs/decisions/0006 (scores: Policello and Hettmansperger, 1976).
 */

/** The greatest score: a value's rank by its distance from the centre counts up to here. n gives Wilcoxon's test, 1 the sign test. */
export const topScore = (n: number): number => Math.ceil(n / 2);

/** P(W <= w), W being the sum of the scores below the centre. Throws RangeError unless n is whole and in 1..50. */
export const atMost = (n: number, w: number): number => {
  const all = cumulative(n);
  return w < 0 ? 0 : (all[Math.min(Math.floor(w), all.length - 1)] ?? NaN);
};

/** The greatest w with P(W <= w) <= error: what a one-sided test may still see and reject; -1 where n values cannot reject at all. */
export const criticalRank = (n: number, error: number): number => {
  const all = cumulative(n);
  const beyond = all.findIndex((p) => p > error + rounding);
  return beyond < 0 ? all.length - 1 : beyond - 1;
};

/** Above 50 values the counts of 2^n sign patterns leave the whole numbers of a float64. */
const limit = 50;
const rounding = 1e-12;
const known = new Map<number, readonly number[]>();

/** P(W <= 0), P(W <= 1), ...: how many subsets of the scores of n values have each sum (Hollander, Wolfe and Chicken, 3rd ed., 3.1). */
const cumulative = (n: number): readonly number[] => {
  const seen = known.get(n);
  if (seen !== undefined) return seen;
  if (!(Number.isInteger(n) && n >= 1 && n <= limit)) throw new RangeError(`1 to ${limit} values, not ${n}`);
  let counts: readonly number[] = [1];
  for (let rank = 1; rank <= n; rank += 1) {
    const before = counts;
    const score = Math.min(rank, topScore(n));
    counts = Array.from({ length: before.length + score }, (_, w) => (before[w] ?? 0) + (before[w - score] ?? 0));
  }
  let sum = 0;
  const all = counts.map((count) => (sum += count) / 2 ** n);
  known.set(n, all);
  return all;
};

/** How many values can be told from zero with this one-sided error: all of them on one side, 1 in 2^n. */
export const fewestPairs = (error: number): number => Math.ceil(-Math.log2(error));
