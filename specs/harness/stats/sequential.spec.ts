import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pairedSettings } from '../../../src/judge/settings.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { isAbove, lookAt, looksOf, ratioAt } from '../../../src/stats/sequential.ts';
import { atMost } from '../../../src/stats/signed-rank.ts';
import { logRatios, luck, noises, type Noise } from '../support/noise.ts';

const plan = pairedSettings.looks;
const looks = looksOf(plan, 0.01);
const spent = looks.reduce((sum, { error }) => sum + error, 0);

describe('looks', () => {
  test('of the default plan: eight pairs decide when all are above, and 97 % of alpha is used', () => {
    expect(looks.map(({ pairs, rank }) => [pairs, rank])).toEqual([
      [8, 0],
      [12, 5],
      [16, 11],
      [20, 25],
    ]);
    expect(looks[0]?.error).toBe(1 / 256);
    expect(spent).toBeGreaterThan(0.0096);
    expect(spent).toBeLessThanOrEqual(0.01);
  });

  test('never spend more than was allowed by then, whatever plan and alpha', () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(shares, fc.double({ min: 1e-5, max: 0.2, noNaN: true }), (drawn, alpha) => {
        const all = drawn.reduce((sum, share) => sum + share, 0);
        let by = 0;
        const planned = drawn.map((share, index) => ({ pairs: 5 + 4 * index, spent: (by += share / all) }));
        let sum = 0;
        for (const { pairs, rank, error } of looksOf(planned, alpha)) {
          sum += error;
          expect(error).toBe(atMost(pairs, rank));
          expect(sum).toBeLessThanOrEqual(alpha * (planned.find((look) => look.pairs === pairs)?.spent ?? 0) + 1e-9);
        }
      }),
    );
  });

  test('what cannot decide is no look, and hands on what it could not spend', () => {
    const strict = looksOf(plan, 0.001);
    expect(strict.map(({ pairs }) => pairs)).toEqual([12, 16, 20]);
    expect(looksOf([{ pairs: 5, spent: 1 }], 0.01)).toEqual([]);
  });

  test.each([
    [0, undefined],
    [7, undefined],
    [8, 8],
    [11, 8],
    [12, 12],
    [19, 16],
    [20, 20],
    [500, 20],
  ])('%d pairs are judged at the look at %s', (pairs, at) => {
    expect(lookAt(looks, pairs)?.pairs).toBe(at);
  });
});

describe('ratioAt', () => {
  test('uses the pairs of the look and no others', () => {
    const eight = [1, 2, 3, 4, 5, 6, 7, 8].map((x) => x / 1000);
    const more = [...eight, 9, 9, 9];
    expect(ratioAt(more, looks)).toEqual(ratioAt(eight, looks));
    expect(ratioAt(eight, looks).interval.low).toBeCloseTo(Math.exp(0.001), 12);
    expect(ratioAt(eight, looks).ratio).toBeCloseTo(Math.exp(0.0045), 12);
    expect(ratioAt(eight, looks).interval.level).toBeCloseTo(1 - 2 * spent, 12);
  });

  test('before the first look: the widest interval, the level it has, and nothing is above anything', () => {
    const early = ratioAt([0.1, 0.2, 0.3], looks);
    expect(early).toMatchObject({ look: undefined, pairs: 3, interval: { level: 0.75 } });
    expect(early.interval.low).toBeCloseTo(Math.exp(0.1), 12);
    expect(isAbove(early, 0)).toBe(false);
    expect(ratioAt([0.1], looks).interval.level).toBe(0);
  });
});

/** The machine gets louder while pairs are recorded: not identically distributed, still symmetric. */
const kinds: [string, Noise, (pair: number) => number][] = [
  ...Object.entries(noises).map(([name, noise]): [string, Noise, (pair: number) => number] => [name, noise, () => 1]),
  ['normal, ever louder', noises['normal']!, (pair) => 1 + pair / 4],
  ['heavy, ever quieter', noises['heavy']!, (pair) => 1 / (1 + pair / 4)],
];

describe.each(kinds)('under %s noise', (_, noise, loudness) => {
  const trials = 6000;
  const draw = (random: () => number, effect: number): number[] =>
    Array.from({ length: 20 }, (__, pair) => Math.log1p(effect) + 0.005 * loudness(pair) * noise(random));

  test('peeking at every look, a ratio exactly at the margin is called slower at most alpha often', () => {
    const random = randomFrom(20261125);
    let alarms = 0;
    for (let i = 0; i < trials; i += 1) {
      const data = draw(random, 0.005);
      alarms += looks.some(({ pairs }) => isAbove(ratioAt(data.slice(0, pairs), looks), 0.005)) ? 1 : 0;
    }
    expect(alarms / trials).toBeLessThan(0.01 + luck(0.01, trials));
    // Exact, not merely safe: it would be red if the plan spent a quarter of what it may.
    expect(alarms / trials).toBeGreaterThan(0.0025);
  });

  test('the intervals of all looks hold together at least as often as their level says', () => {
    const random = randomFrom(20261126);
    let missed = 0;
    for (let i = 0; i < trials; i += 1) {
      const data = draw(random, 0.02);
      const holds = looks.every(({ pairs }) => {
        const { low, high } = ratioAt(data.slice(0, pairs), looks).interval;
        return low <= 1.02 && 1.02 <= high;
      });
      missed += holds ? 0 : 1;
    }
    expect(missed / trials).toBeLessThan(2 * spent + luck(2 * spent, trials));
  });
});

test('the spec itself can be red: a plan that spends alpha anew at each look alarms too often', () => {
  const random = randomFrom(7);
  const greedy = plan.map(({ pairs }) => looksOf([{ pairs, spent: 1 }], 0.01));
  let alarms = 0;
  const trials = 6000;
  for (let i = 0; i < trials; i += 1) {
    const data = logRatios(20, { effect: 0, deviation: 0.005, noise: noises['normal']!, random });
    alarms += plan.some(({ pairs }, at) => isAbove(ratioAt(data.slice(0, pairs), greedy[at] ?? []), 0)) ? 1 : 0;
  }
  expect(alarms / trials).toBeGreaterThan(0.01 + luck(0.01, trials));
});
