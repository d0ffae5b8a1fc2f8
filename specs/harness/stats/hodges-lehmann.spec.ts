import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { centreOf, walshAverages } from '../../../src/stats/hodges-lehmann.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { atMost, criticalRank } from '../../../src/stats/signed-rank.ts';
import { logRatios, luck, noises } from '../support/noise.ts';
import { pAbove } from '../support/signed-rank.ts';

test('Walsh averages: means of two that lie fewer places apart than half of them, each value with itself, ascending', () => {
  expect([...walshAverages([4, 0, 2])]).toEqual([0, 1, 2, 3, 4]);
  expect([...walshAverages([1, 100, 10, 0])]).toEqual([0, 0.5, 1, 5.5, 10, 55, 100]);
  expect([...walshAverages([7])]).toEqual([7]);
});

test('the estimate is their median, the bounds leave out as many at each end as the rank says', () => {
  expect(centreOf([4, 0, 2], 0)).toEqual({ estimate: 2, low: 0, high: 4 });
  expect(centreOf([4, 0, 2], 1)).toEqual({ estimate: 2, low: 1, high: 3 });
  expect(centreOf([1, 2, 10], 0).estimate).toBe(2);
  expect(centreOf([1, 3, 4, 10], 0).estimate).toBe(3.5);
});

test('moves and turns with the values', () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 6, maxLength: 12 });
  fc.assert(
    fc.property(values, fc.double({ min: -5, max: 5, noNaN: true }), (drawn, shift) => {
      const { estimate, low, high } = centreOf(drawn, 3);
      const moved = centreOf(
        drawn.map((value) => value + shift),
        3,
      );
      const turned = centreOf(
        drawn.map((value) => -value),
        3,
      );
      expect(moved.low).toBeCloseTo(low + shift, 9);
      expect(moved.estimate).toBeCloseTo(estimate + shift, 9);
      expect(turned.high).toBeCloseTo(-low, 9);
      expect(low).toBeLessThanOrEqual(estimate);
      expect(estimate).toBeLessThanOrEqual(high);
    }),
  );
});

test('the lower bound is above a threshold exactly where the test rejects it', () => {
  const random = randomFrom(5);
  const rank = criticalRank(12, 0.01);
  for (let i = 0; i < 500; i += 1) {
    const values = logRatios(12, { effect: 0.01, deviation: 0.01, noise: noises['normal']!, random });
    expect(centreOf(values, rank).low > 0).toBe(pAbove(values, 0) <= 0.01);
  }
});

describe.each(Object.entries(noises))('coverage under %s noise', (_, noise) => {
  test.each([
    [8, 0],
    [12, 8],
    [20, 34],
  ])('%d values at rank %d keep their exact level', (n, rank) => {
    const random = randomFrom(20261124 + n);
    const level = 1 - 2 * atMost(n, rank);
    const trials = 4000;
    let covered = 0;
    for (let i = 0; i < trials; i += 1) {
      const { low, high } = centreOf(logRatios(n, { effect: 0.02, deviation: 0.01, noise, random }), rank);
      covered += low <= Math.log1p(0.02) && Math.log1p(0.02) <= high ? 1 : 0;
    }
    expect(Math.abs(covered / trials - level)).toBeLessThan(luck(level, trials));
  });
});
