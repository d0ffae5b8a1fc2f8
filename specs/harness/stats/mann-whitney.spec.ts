import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atMost, distribution } from '../../../src/stats/mann-whitney.ts';

/** Every way to choose which of n + m ranks belong to x, counted: the definition. */
const enumerate = (n: number, m: number): number[] => {
  const counts = Array.from({ length: n * m + 1 }, () => 0);
  for (let mask = 0; mask < 2 ** (n + m); mask += 1) {
    const isX = Array.from({ length: n + m }, (_, i) => (mask >> i) % 2 === 1);
    if (isX.filter(Boolean).length !== n) continue;
    let below = 0;
    let u = 0;
    for (const x of isX) {
      if (x) u += below;
      else below += 1;
    }
    counts[u] = (counts[u] ?? 0) + 1;
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / all);
};

test('equals the definition by enumeration for every pair of sizes up to 5', () => {
  for (let n = 1; n <= 5; n += 1)
    for (let m = 1; m <= 5; m += 1) {
      const exact = enumerate(n, m);
      const ours = distribution(n, m);
      expect(ours.length).toBe(n * m + 1);
      for (const [u, p] of exact.entries()) expect(ours[u]).toBeCloseTo(p, 12);
    }
});

test('is a symmetric distribution', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), (n, m) => {
      const p = distribution(n, m);
      expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 9);
      for (const [u, x] of p.entries()) expect(x).toBeCloseTo(p[n * m - u] ?? NaN, 12);
    }),
  );
});

test('known tails: 1 / 252 for five against five, 12 / 252 up to U = 4, 1 / 70 for four', () => {
  expect(atMost(5, 5, 0)).toBeCloseTo(1 / 252, 14);
  expect(atMost(5, 5, 4)).toBeCloseTo(12 / 252, 14);
  expect(atMost(4, 4, 0)).toBeCloseTo(1 / 70, 14);
  expect(atMost(5, 5, -1)).toBe(0);
  expect(atMost(5, 5, 25)).toBeCloseTo(1, 12);
});

test.each([0, 101, 2.5, NaN])('refuses %d values', (count) => {
  expect(() => distribution(count, 3)).toThrow(RangeError);
  expect(() => distribution(3, count)).toThrow(RangeError);
});

test('takes a hundred a side, and one', () => {
  expect(distribution(100, 1)).toHaveLength(101);
  expect(distribution(1, 100)).toHaveLength(101);
});
