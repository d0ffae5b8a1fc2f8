import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atMost, criticalRank, topScore } from '../../../src/stats/signed-rank.ts';
import { pAbove } from '../support/signed-rank.ts';

/** Every pattern of signs of the scores of 1..n, counted: the definition. */
const enumerate = (n: number): number[] => {
  const counts = Array.from({ length: (n * (n + 1)) / 2 + 1 }, () => 0);
  for (let mask = 0; mask < 2 ** n; mask += 1) {
    let sum = 0;
    for (let rank = 1; rank <= n; rank += 1) sum += (mask >> (rank - 1)) & 1 ? Math.min(rank, topScore(n)) : 0;
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

test('the farther half of the values weigh the same', () => {
  expect([1, 2, 3, 8, 9, 50].map(topScore)).toEqual([1, 1, 2, 4, 5, 25]);
});

test('known tails, and what lies outside', () => {
  expect(atMost(8, 0)).toBe(1 / 256);
  // Scores 1 2 3 4 4 4 4 4: none, {1}, {2}, {3} and {1, 2}, then {1, 3} and five fours.
  expect([1, 2, 3, 4].map((w) => atMost(8, w) * 256)).toEqual([2, 3, 5, 11]);
  expect(atMost(40, 610)).toBe(1);
  expect(atMost(40, 305)).toBeGreaterThan(0.5);
  expect(atMost(8, -1)).toBe(0);
  expect(atMost(8, 1.9)).toBe(2 / 256);
  expect(atMost(8, 1000)).toBe(1);
});

test.each([
  // By hand from the subsets above, and by enumeration.
  [8, 0.0079, 1],
  [8, 5 / 256, 3],
  [8, 0.0039, -1],
  [8, 1 / 256, 0],
  [7, 0.005, -1],
  [4, 1, 7],
])('%d values reject at %d up to a sum of scores of %d', (n, error, rank) => {
  expect(criticalRank(n, error)).toBe(rank);
});

test('a critical rank is the last one within the error, at every n and error', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 1e-9, max: 0.9, noNaN: true }), (n, error) => {
      const rank = criticalRank(n, error);
      expect(atMost(n, rank)).toBeLessThanOrEqual(error + 1e-9);
      expect(atMost(n, rank + 1)).toBeGreaterThan(error);
    }),
  );
});

test.each([0, 51, 2.5, NaN])('refuses %d values', (count) => {
  expect(() => atMost(count, 1)).toThrow(RangeError);
  expect(() => criticalRank(count, 0.01)).toThrow(RangeError);
});

describe('pAbove', () => {
  const values = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 10 });

  test('is the share of sign patterns with no greater sum of scores below the threshold', () => {
    fc.assert(
      fc.property(values, (drawn) => {
        // Without ties in size and without zeros.
        const sizes = new Set(drawn.map(Math.abs));
        fc.pre(sizes.size === drawn.length && !sizes.has(0));
        const ranked = [...drawn].sort((a, b) => Math.abs(a) - Math.abs(b));
        const top = topScore(drawn.length);
        const w = ranked.reduce((sum, value, index) => sum + (value < 0 ? Math.min(index + 1, top) : 0), 0);
        const share = enumerate(drawn.length)
          .slice(0, w + 1)
          .reduce((sum, p) => sum + p, 0);
        expect(pAbove(drawn, 0)).toBeCloseTo(share, 12);
      }),
    );
  });

  test('the wildest value costs what one from the middle costs', () => {
    const twelve = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const against = (place: number, one: number): number =>
      pAbove(
        twelve.map((value) => (value === place ? one : value)),
        0,
      );
    expect(against(12, -1000)).toBe(against(6, -6));
    expect(against(5, -5)).toBeLessThan(against(6, -6));
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
