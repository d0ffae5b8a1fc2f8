/** Mann and Whitney's U, as the peers compute it: exact with ties, or by the normal approximation. */

/**
 * U of `b` over `a`: pairs in which b is greater, ties counting a half. And the sizes of groups of equal values.
 * @param {readonly number[]} a @param {readonly number[]} b
 */
export function uOf(a, b) {
  const { ranks, groups } = midranks([...a, ...b]);
  const sum = ranks.slice(a.length).reduce((total, rank) => total + rank, 0);
  return { u: sum - (b.length * (b.length + 1)) / 2, ranks, groups };
}

function midranks(values) {
  const order = values.map((_, index) => index).toSorted((i, j) => values[i] - values[j]);
  const ranks = Array.from(values, () => 0);
  const groups = [];
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at]] = (from + 1 + to) / 2;
    groups.push(to - from);
    from = to;
  }
  return { ranks, groups };
}

/**
 * Two-sided p-value by counting every way to deal out these ranks (Klotz, 1966, for ties): twice the smaller tail, at most 1.
 * @param {readonly number[]} a @param {readonly number[]} b
 */
export function exactP(a, b) {
  const { u, ranks, groups } = uOf(a, b);
  return groups.length === 1 ? 1 : twoSided(u, [a.length, b.length], { ranks, groups });
}

/** The same for two samples without ties, whose U depends on nothing but their sizes. */
export const exactPOfU = (u, m, n) => twoSided(u, [m, n], midranks(Array.from({ length: m + n }, (_, index) => index)));

function twoSided(u, [m, n], { ranks, groups }) {
  const cumulative = countsOf(ranks, n, groups);
  // Twice the sum of ranks is whole, also with ties.
  const doubled = Math.round(2 * Math.min(u, m * n - u)) + n * (n + 1);
  return Math.min(1, 2 * cumulative[Math.min(doubled, cumulative.length - 1)]);
}

const known = new Map();

/** P(twice the rank sum of `size` drawn ranks <= s), for every s. */
function countsOf(ranks, size, groups) {
  const key = `${size} ${groups.join(' ')}`;
  if (known.has(key)) return known.get(key);
  const most = Math.round(2 * ranks.reduce((sum, rank) => sum + rank, 0));
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0][0] = 1;
  for (const rank of ranks)
    for (let chosen = size; chosen >= 1; chosen -= 1)
      for (let sum = most; sum >= 2 * rank; sum -= 1) ways[chosen][sum] += ways[chosen - 1][sum - 2 * rank];
  const total = ways[size].reduce((sum, count) => sum + count, 0);
  let sum = 0;
  const cumulative = ways[size].map((count) => (sum += count) / total);
  // Without ties the ranks are always the same ones.
  if (groups.length === ranks.length) known.set(key, cumulative);
  return cumulative;
}

/** P(Z <= z) of the standard normal: Abramowitz and Stegun 7.1.26 is too coarse for p-values, so by the continued fraction or series of erfc. */
export function normalAtMost(z) {
  const x = Math.abs(z) / Math.SQRT2;
  const tail = x < 3 ? 1 - erfSeries(x) : erfcFraction(x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

function erfSeries(x) {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n += 1) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
    if (sum === 0) return 0;
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfcFraction(x) {
  let value = 0;
  for (let n = 60; n >= 1; n -= 1) value = n / 2 / (x + value);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + value);
}
