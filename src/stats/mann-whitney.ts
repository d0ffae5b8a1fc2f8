/** The exact null distribution of the Mann-Whitney statistic, for samples without ties. Refuses more than 100 a side, where exactness costs more than it says. */

/**
 * P(U <= u) where U counts the pairs (x, y) with x > y, for n and m values of one continuous distribution.
 * Throws RangeError unless n and m are whole and in 1..100.
 */
export const atMost = (n: number, m: number, u: number): number =>
  distribution(n, m)
    .slice(0, Math.max(0, Math.floor(u) + 1))
    .reduce((sum, p) => sum + p, 0);

/**
 * P(U = 0), P(U = 1), ..., P(U = n m), by the recursion of Mann and Whitney (1947) on whose value is the greatest:
 * P[n, m](u) = n / (n + m) P[n - 1, m](u - m) + m / (n + m) P[n, m - 1](u).
 */
export const distribution = (n: number, m: number): readonly number[] => {
  for (const count of [n, m])
    if (!(Number.isInteger(count) && count >= 1 && count <= limit))
      throw new RangeError(`1 to ${limit} values a side, not ${count}`);
  // rows[j] holds the distribution for (i, j); i grows.
  let rows: readonly number[][] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i += 1) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= m; j += 1) next.push(step(i, j, rows[j] ?? [], next[j - 1] ?? []));
    rows = next;
  }
  return rows[m] ?? [];
};

const limit = 100;

const step = (i: number, j: number, fewerX: readonly number[], fewerY: readonly number[]): number[] =>
  Array.from({ length: i * j + 1 }, (_, u) => (i * (fewerX[u - j] ?? 0) + j * (fewerY[u] ?? 0)) / (i + j));
