import { describe, expect, test } from 'vitest';
import { nearMinimum, tailOf } from '../../../src/stats/visit.ts';

describe('near the minimum', () => {
  test.each([
    [[3], 3],
    [[5, 2], 2],
    [[5, 2, 9, 7], 2],
    [[5, 4, 3, 2, 1], 1.6],
    [[6, 5, 4, 3, 2, 1], 1.75],
  ])('of %j is %d', (calls, near) => {
    expect(nearMinimum(calls)).toBeCloseTo(near, 12);
  });

  test('the slower half of a visit may take any time', () => {
    expect(nearMinimum([1, 1.1, 1.2, 50, 60, 70])).toBe(nearMinimum([1, 1.1, 1.2, 2, 2, 2]));
  });
});

describe('the tail', () => {
  const quiet = Array.from({ length: 100 }, () => 1);
  const slow = (count: number, times: number): number[] => quiet.map((call, index) => (index < count ? times : call));

  test('of equal calls is one of them', () => {
    expect(tailOf(quiet)).toBeCloseTo(1, 12);
  });

  test('sees one call in twenty that doubles, which the 90th percentile does not', () => {
    expect(tailOf(slow(5, 2))).toBeCloseTo(2 ** 0.5, 12);
    expect(tailOf(slow(10, 2))).toBeCloseTo(2, 12);
    expect(tailOf(slow(10, 1.3))).toBeCloseTo(1.3, 12);
  });

  test('a hiccup counts as two calls, however long', () => {
    expect(tailOf(slow(1, 1e4))).toBeCloseTo(2 ** 0.1, 12);
  });

  test('is as many times longer as all calls are', () => {
    const calls = slow(7, 3);
    expect(tailOf(calls.map((call) => 1.37 * call)) / tailOf(calls)).toBeCloseTo(1.37, 12);
  });
});
