import { describe, expect, test } from 'vitest';
import { judgeDays } from '../../../src/judge/days.ts';
import { dayAlarm } from '../../../src/judge/settings.ts';
import { normal, randomFrom, type Random } from '../../../src/stats/random.ts';
import { toSample, type Sample } from '../../../src/stats/sample.ts';
import { luck, noises, type Noise } from '../support/noise.ts';

const five = (seconds: number): Sample => toSample([0.99, 0.995, 1, 1.01, 1.02].map((factor) => factor * seconds));
const days = [1, 1.004, 0.996, 1.002, 0.998, 1.001, 0.999, 1].map(five);
const wide = [1, 1.2, 0.85, 1.1, 0.9, 1.05, 0.95, 1].map(five);

describe('verdicts', () => {
  test.each([
    ['slower', 1.05, days],
    ['slower', 1.03, days],
    ['steady', 1.015, days],
    ['steady', 1, days],
    ['steady', 0.95, days],
    ['faster', 0.9, days],
    ['inconclusive', 1, wide],
    ['inconclusive', 1.2, wide],
    ['slower', 1.6, wide],
    ['faster', 0.5, wide],
    // Four days know less about each other than eight.
    ['slower', 1.05, days.slice(0, 4)],
    ['steady', 1.014, days.slice(0, 4)],
  ])('%s at %d times the days', (verdict, factor, against) => {
    expect(judgeDays(five(factor), against).verdict).toBe(verdict);
  });

  test('days that are all alike leave the margins alone', () => {
    const alike = [1, 1, 1, 1].map(five);
    const margins = { margin: 0.25, budget: 0.5, faster: 0.25, unusable: 3 };
    const at = (factor: number): string => judgeDays(five(factor), alike, margins).verdict;
    expect([1.2499, 1.2501, 0.7501, 0.7499].map(at)).toEqual(['steady', 'slower', 'steady', 'faster']);
    const narrow = { ...margins, margin: 0.6 };
    expect([1.4999, 1.5001].map((factor) => judgeDays(five(factor), alike, narrow).verdict)).toEqual([
      'steady',
      'inconclusive',
    ]);
  });

  test('the datum of a day, and of today, is the lower quartile of its processes', () => {
    const odd = toSample([0.5, 0.995, 1.1, 1.2, 1.3]);
    expect(judgeDays(odd, days)).toEqual(judgeDays(five(1), days));
    expect(
      judgeDays(
        five(1),
        days.map(() => odd),
      ).verdict,
    ).toBe('steady');
  });

  test('unfit where equal work differs too much', () => {
    const wild = toSample([1, 1, 1, 1, 3.1]);
    expect(judgeDays(wild, days)).toMatchObject({
      verdict: 'unfit',
      sentences: [expect.stringContaining('3.1x between 5 fresh processes')],
    });
  });
});

describe('sentences', () => {
  test.each([
    [
      1.05,
      days,
      [
        'slower by 5 % [4.3, 5.7] than the 8 days on which it was blessed on this machine (false alarm <= 2 %, can see >= 2 % at 90 %)',
      ],
    ],
    [
      0.9,
      days,
      [
        'faster by 10 % [9.4, 11] than the 8 days on which it was blessed on this machine (false alarm <= 2 %, can see >= 2 % at 90 %)',
      ],
    ],
    [
      1.004,
      days,
      ['+0.4 %, at most +0.9 % against the 8 days on which it was blessed on this machine (can see >= 2 % at 90 %)'],
    ],
  ])('at %d times', (factor, against, sentences) => {
    expect(judgeDays(five(factor), against).sentences).toEqual(sentences);
  });

  test('inconclusive: by how much days differ, and what would settle it', () => {
    const { sentences } = judgeDays(five(1), wide.slice(0, 5));
    expect(sentences).toEqual([
      expect.stringMatching(
        /^-0\.\d % \[-\d+ %, \+\d+ %\] against the 5 days .* differ too much to be sure \(can see >= \d+ % at 90 %\)$/,
      ),
      'bless on 3 more days, or judge it in pairs: ONPAR_BASE=REF_OR_FOLDER',
    ]);
    expect(judgeDays(five(1), wide).sentences[1]).toBe('judge it in pairs: ONPAR_BASE=REF_OR_FOLDER');
  });
});

describe('operating characteristic: days drift by so much, processes of a day by half of it', () => {
  interface World {
    readonly count: number;
    readonly deviation: number;
    readonly noise?: Noise;
    readonly seed: number;
  }
  const runs = 2000;

  /** How often today is called slower, and how often steady, when it is this much slower than the days were. */
  const rates = (
    effect: number,
    { count, deviation, noise = normal, seed }: World,
  ): { slower: number; steady: number } => {
    const random = randomFrom(seed);
    const found = { slower: 0, steady: 0 };
    for (let run = 0; run < runs; run += 1) {
      const blessed = Array.from({ length: count }, () => drawDay(1, deviation, noise, random));
      const { verdict } = judgeDays(drawDay(1 + effect, deviation, noise, random), blessed);
      if (verdict === 'slower' || verdict === 'steady') found[verdict] += 1 / runs;
    }
    return found;
  };
  const drawDay = (level: number, deviation: number, noise: Noise, random: Random): Sample => {
    const day = level * Math.exp(deviation * noise(random));
    return toSample(Array.from({ length: 5 }, () => day * Math.exp((deviation / 2) * normal(random))));
  };

  test.each([0.003, 0.01, 0.04, 0.1])('nothing changed, deviation %d: at most 2 %% alarms', (deviation) => {
    for (const count of [4, 8])
      expect(rates(0, { count, deviation, seed: 31 }).slower).toBeLessThan(dayAlarm + luck(dayAlarm, runs));
  });

  test('at the margin itself as well: that is what the error is stated for', () => {
    const { slower } = rates(0.01, { count: 8, deviation: 0.01, seed: 32 });
    expect(Math.abs(slower - dayAlarm)).toBeLessThan(luck(dayAlarm, runs));
  });

  test.each(Object.keys(noises))('no more under %s noise between days', (name) => {
    for (const count of [4, 8])
      expect(rates(0, { count, deviation: 0.01, noise: noises[name]!, seed: 33 }).slower).toBeLessThan(0.025);
  });

  test.each([
    [0.05, 0.003, 4, 0.99],
    [0.05, 0.007, 8, 0.95],
    [0.1, 0.015, 8, 0.95],
    [0.3, 0.05, 8, 0.9],
  ])('+%d is found at a deviation of %d from %d days in %d of all runs', (effect, deviation, count, power) => {
    expect(rates(effect, { count, deviation, seed: 34 }).slower).toBeGreaterThan(power);
  });

  test('and not where days differ by as much', () => {
    expect(rates(0.05, { count: 8, deviation: 0.04, seed: 35 }).slower).toBeLessThan(0.3);
  });

  test('days that lie near each other end steady', () => {
    expect(rates(0, { count: 8, deviation: 0.02, seed: 36 }).steady).toBeGreaterThan(0.95);
  });
});

test('what others having the core explains is no alarm; what they do not is', () => {
  const held = [1, 1.001, 1.002, 0.999, 1].map(five);
  const at = (factor: number, waiting: number | null): string =>
    judgeDays(five(factor), held, undefined, waiting).verdict;
  expect(at(1.5, 0.3)).toBe('unfit');
  expect(at(3, 0.3)).toBe('slower');
  expect(at(1.5, 0.01)).toBe('slower');
  expect(at(1, 0.9)).toBe('steady');
});
