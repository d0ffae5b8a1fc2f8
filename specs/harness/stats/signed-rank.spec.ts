import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atMost, criticalRank, pAbove } from '../../../src/stats/signed-rank.ts';

/** Every pattern of signs of the ranks 1..n, counted: the definition. */
const enumerate = (n: number): number[] => {
  const counts = Array.from({ length: (n * (n + 1)) / 2 + 1 }, () => 0);
  for (let mask = 0; mask < 2 ** n; mask += 1) {
    let sum = 0;
    for (let rank = 1; rank <= n; rank += 1) sum += (mask >> (rank - 1)) & 1 ? rank : 0;
    counts[sum]! += 2 ** -n;
  }
  return counts;
};

test('equals the definition by enumeration for 1 to 14 values', () => {
  for (let n = 1; n <= 14; n += 1) {
    let sum = 0;
    for (const [w, p] of enumerate(n).entries()) expect(atMost(n, w)).toBeCloseTo((sum += p), 13);
  }
});

test('known tails, and what lies outside', () => {
  expect(atMost(8, 0)).toBe(1 / 256);
  expect(atMost(20, 43)).toBeCloseTo(0.0096, 4);
  expect(atMost(40, 820)).toBe(1);
  expect(atMost(40, 410)).toBeGreaterThan(0.5);
  expect(atMost(8, -1)).toBe(0);
  expect(atMost(8, 1.9)).toBe(2 / 256);
  expect(atMost(8, 1000)).toBe(1);
});

test.each([
  // Critical values of the published tables (Hollander, Wolfe and Chicken, A.4; one-sided).
  [6, 0.025, 0],
  [8, 0.01, 1],
  [10, 0.005, 3],
  [12, 0.01, 9],
  [15, 0.05, 30],
  [20, 0.01, 43],
  [25, 0.01, 76],
  [8, 0.0039, -1],
  [8, 1 / 256, 0],
  [7, 0.005, -1],
  [4, 1, 10],
])('%d values reject at %d up to a rank sum of %d', (n, error, rank) => {
  expect(criticalRank(n, error)).toBe(rank);
});

test.each([0, 51, 2.5, NaN])('refuses %d values', (count) => {
  expect(() => atMost(count, 1)).toThrow(RangeError);
  expect(() => criticalRank(count, 0.01)).toThrow(RangeError);
});

describe('pAbove', () => {
  const values = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 10 });

  test('is the share of sign patterns with no greater rank sum below the threshold', () => {
    fc.assert(
      fc.property(values, (drawn) => {
        // Without ties in size and without zeros.
        const sizes = new Set(drawn.map(Math.abs));
        fc.pre(sizes.size === drawn.length && !sizes.has(0));
        const ranked = [...drawn].sort((a, b) => Math.abs(a) - Math.abs(b));
        const w = ranked.reduce((sum, value, index) => sum + (value < 0 ? index + 1 : 0), 0);
        const share = enumerate(drawn.length)
          .slice(0, w + 1)
          .reduce((sum, p) => sum + p, 0);
        expect(pAbove(drawn, 0)).toBeCloseTo(share, 12);
      }),
    );
  });

  test('a value on the threshold counts against', () => {
    expect(pAbove([1, 1, 1], 1)).toBe(1);
    expect(pAbove([1, 1, 1], 0.999)).toBe(1 / 8);
    expect(pAbove([0, 2, 3], 0)).toBe(2 / 8);
  });

  test('shifting values and threshold together changes nothing', () => {
    expect(pAbove([5, 6, 7, 9], 4)).toBe(pAbove([1, 2, 3, 5], 0));
  });
});
