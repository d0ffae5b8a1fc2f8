import { describe, expect, test } from 'vitest';
import { pairedSettings } from '../../../src/judge/settings.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { looksOf, ratioAt, isAbove } from '../../../src/stats/sequential.ts';
import { visibleSlowdown } from '../../../src/stats/visible.ts';
import { logRatios, noises, type Noise } from '../support/noise.ts';

const margin = 0.005;
const looks = looksOf(pairedSettings.looks, pairedSettings.alpha);
const lookWith = (pairs: number) => looks.find((look) => look.pairs === pairs)!;
const sight = (values: readonly number[], seed = 1): number =>
  visibleSlowdown({ logRatios: values, rank: lookWith(values.length).rank, margin, power: 0.9, seed });

/** The truth: the smallest slowdown that the real rule finds in nine of ten runs, over many runs of one seed. A shift moves each run's bound as much. */
const truth = (pairs: number, deviation: number, noise: Noise): number => {
  const random = randomFrom(99);
  const runs = Array.from({ length: 2000 }, () => logRatios(pairs, { effect: 0, deviation, noise, random }));
  const needed = runs.map((run) => (1 + margin) / ratioAt(run, looks).interval.low - 1).sort((a, b) => a - b);
  const effect = needed[Math.ceil(0.9 * runs.length) - 1]! + 1e-9;
  const found = runs.filter((run) =>
    isAbove(
      ratioAt(
        run.map((value) => value + Math.log1p(effect)),
        looks,
      ),
      margin,
    ),
  );
  expect(found.length / runs.length).toBeCloseTo(0.9, 2);
  return effect;
};

/** How far off each of 60 runs is, as a factor; ascending. */
const errors = (pairs: number, deviation: number, noise: Noise): number[] => {
  const random = randomFrom(41);
  const right = truth(pairs, deviation, noise);
  return Array.from(
    { length: 60 },
    (_, seed) => sight(logRatios(pairs, { effect: 0.01, deviation, noise, random }), seed) / right,
  ).sort((a, b) => a - b);
};
const within = (factors: readonly number[]): number =>
  factors.filter((factor) => Math.abs(factor - 1) <= 0.25).length / factors.length;

describe('is within 25 % of the truth', () => {
  test.each([
    ['normal', 12, 0.005, 0.85],
    ['normal', 16, 0.005, 0.95],
    ['normal', 20, 0.005, 0.95],
    ['normal', 20, 0.01, 0.9],
    ['bimodal', 20, 0.005, 0.95],
    ['heavy', 20, 0.005, 0.85],
  ])('%s noise, %d pairs, deviation %d: in at least %d of the runs', (name, pairs, deviation, share) => {
    expect(within(errors(pairs, deviation, noises[name]!))).toBeGreaterThanOrEqual(share);
  });

  test.each([
    ['normal', 0.005],
    ['normal', 0.01],
    ['bimodal', 0.005],
  ])('%s noise, 8 pairs, deviation %d: in the middle of the runs, and in two of three of them', (name, deviation) => {
    const factors = errors(8, deviation, noises[name]!);
    expect(Math.abs(factors[30]! - 1)).toBeLessThan(0.15);
    expect(within(factors)).toBeGreaterThanOrEqual(2 / 3);
  });
});

test('without noise the margin itself is in sight', () => {
  expect(sight([0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01])).toBeCloseTo(margin, 12);
});

test('the same seed sees the same, another nearly; where the run lies does not matter', () => {
  const values = logRatios(12, { effect: 0, deviation: 0.01, noise: noises['normal']!, random: randomFrom(6) });
  expect(sight(values, 4)).toBe(sight(values, 4));
  expect(sight(values, 4)).not.toBe(sight(values, 5));
  expect(sight(values, 4) / sight(values, 5)).toBeGreaterThan(0.9);
  expect(
    sight(
      values.map((value) => value + 0.3),
      4,
    ),
  ).toBeCloseTo(sight(values, 4), 9);
});

test('twice the noise can see half as well, more power asks for more, more pairs see better', () => {
  const values = logRatios(16, { effect: 0, deviation: 0.01, noise: noises['normal']!, random: randomFrom(8) });
  const above = (x: number): number => Math.log1p(x) - Math.log1p(margin);
  const doubled = values.map((value) => 2 * value);
  expect(above(sight(doubled)) / above(sight(values))).toBeCloseTo(2, 6);
  const at = (power: number): number =>
    visibleSlowdown({ logRatios: values, rank: lookWith(16).rank, margin, power, seed: 1 });
  expect(at(0.99)).toBeGreaterThan(at(0.9));
  expect(at(0.5)).toBeLessThan(at(0.9));
});
