import { describe, expect, test } from 'vitest';
import { confirm, pairsToConfirm, screenOf, type Suspicion } from '../../../src/judge/confirm.ts';
import { judgePaired } from '../../../src/judge/paired.ts';
import { pairedSettings, pairedSettingsOf } from '../../../src/judge/settings.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { isAbove, looksOf, ratioAt } from '../../../src/stats/sequential.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPairs, logRatios, luck, noises, type Noise } from '../support/noise.ts';

/** Pairs whose data are exactly these log ratios. */
const exactly = (logs: readonly number[]): Pair[] =>
  logs.map((log, pair) => ({
    pair,
    blocks: [{ order: 'AB', visits: [[1e-3], [1e-3 * Math.exp(log)]], reference: [] }],
  }));
const steps = (count: number, value: number): number[] => Array.from({ length: count }, (_, i) => value + i * 1e-5);
/** Above the margin by so many parts of a thousand. */
const above = (...parts: readonly number[]): Pair[] => exactly(parts.map((part) => part / 1e3 + Math.log1p(0.005)));
/** Raised by eight pairs that are slower by 3 % or so. */
const suspicion = (cases: number, more: Partial<Suspicion> = {}): Suspicion => ({
  cases,
  alpha: 0.01,
  screen: screenOf(exactly(steps(8, Math.log(1.03))), pairedSettings)!,
  ...more,
});

describe('a suspect', () => {
  test('is slower where fresh pairs say so, and the sentence names the suite', () => {
    const judgement = confirm(drawPairs(randomFrom(1), 10, { factor: 1.03 }), suspicion(18));
    expect(judgement.verdict).toBe('slower');
    expect(judgement.sentences.at(-1)).toBe(
      'confirmed by fresh pairs, in a suite of 18 cases: any false alarm in it <= 1 %',
    );
  });

  test('is told with an interval that spans both stages, at the level of both, and with the ratio of the fresh pairs', () => {
    const screen = { location: { low: 1.006, high: 1.2, level: 0.98 }, tail: null };
    const { evidence } = confirm(exactly(steps(10, 0.04)), suspicion(20, { screen }));
    expect(evidence?.ratio).toBeCloseTo(Math.exp(0.040_045), 6);
    expect(evidence?.interval.low).toBe(1.006);
    expect(evidence?.interval.high).toBe(1.2);
    // One of fifty, and of the fresh pairs at most two of twenty.
    expect(evidence?.interval.level).toBeGreaterThan(1 - 0.02 * 0.1);
    expect(evidence?.interval.level).toBeLessThan(1);
    const lower = confirm(
      exactly(steps(10, 0.04)),
      suspicion(20, { screen: { ...screen, location: { low: 1.05, high: 1.06, level: 0.98 } } }),
    );
    expect(lower.evidence?.interval.low).toBeCloseTo(Math.exp(0.04), 4);
    expect(lower.evidence?.interval.high).toBe(1.06);
  });

  test('is what its fresh pairs say where they do not', () => {
    const wild = steps(10, 0).map((log, i) => log + (i % 2 === 0 ? 0.2 : -0.2));
    const judged = [steps(10, 0), wild, steps(10, -0.05)].map((logs) => confirm(exactly(logs), suspicion(18)));
    expect(judged.map(({ verdict }) => verdict)).toEqual(['steady', 'inconclusive', 'faster']);
    for (const { sentences } of judged) expect(sentences).toContain('seen slower before, not confirmed by fresh pairs');
  });

  test('whose fresh pairs a machine took that was not fit is unfit, and nothing is confirmed', () => {
    const fresh = drawPairs(randomFrom(1), 10, { factor: 1.2, drift: (visit) => (visit % 8 < 4 ? 1 : 3) });
    const { verdict, sentences } = confirm(fresh, suspicion(18));
    expect(verdict).toBe('unfit');
    expect(sentences.join()).not.toContain('confirmed');
  });

  test('whose fresh pairs have too few calls for a tail is told without one', () => {
    const screen = { ...suspicion(18).screen, tail: { low: 0.9, high: 1.3, level: 0.998 } };
    expect(confirm(exactly(steps(10, 0.04)), suspicion(18, { screen })).evidence?.tail).toBeNull();
  });

  test('with too few fresh pairs is inconclusive, however slow', () => {
    const { verdict, sentences } = confirm(exactly(steps(9, 0.5)), suspicion(18));
    expect(verdict).toBe('inconclusive');
    expect(sentences).toContain('9 process pairs cannot decide: 10 can');
  });

  test('needs to be as sure as its suite asks: one in as many as there are cases, never more than one in ten', () => {
    // Of 1024 sums of ten scores 44 are at most 8, which three pairs below the margin bring: 4.3 %.
    const below = above(-1, -2, 3, 4, -5, 6, 7, 8, 9, 10);
    expect(judgePaired(below).verdict).toBe('steady');
    const among = (cases: number): string => confirm(below, suspicion(cases)).verdict;
    expect([1, 10, 23, 24].map(among)).toEqual(['slower', 'slower', 'slower', 'steady']);
    // 112 are at most 11: 10.9 %.
    expect(confirm(above(-1, -2, -3, 4, -5, 6, 7, 8, 9, 10), suspicion(1)).verdict).toBe('steady');
  });

  test('that its own alpha would call slower is not red among so many, and says so', () => {
    const loose = pairedSettingsOf({ alpha: 0.2, margin: 0 });
    const { verdict, sentences } = confirm(
      exactly([-0.5, -2, 3, -4, 5, 6, 7, 8, 9, 10].map((part) => part / 1e3)),
      suspicion(40, { alpha: 0.2 }),
      loose,
    );
    expect(verdict).toBe('inconclusive');
    expect(sentences[0]).toBe(
      'slower again, but not as surely as a suite of 40 cases asks: judge this case by itself with fresh pairs',
    );
  });

  test('is believed in the channel that raised the suspicion, not in another', () => {
    const even = { low: 0.99, high: 1.01, level: 0.98 };
    const screen = { location: even, tail: { low: 1.2, high: 1.5, level: 0.998 } };
    const fresh = drawPairs(randomFrom(4), 10, { factor: 1.05, blocks: 12, calls: 8 });
    expect(confirm(fresh, suspicion(18, { screen: { ...suspicion(18).screen, tail: even } })).verdict).toBe('slower');
    const { verdict, sentences } = confirm(fresh, suspicion(18, { screen }));
    expect(verdict).toBe('inconclusive');
    expect(sentences[0]).toContain('slower again');
  });
});

describe('screenOf', () => {
  test('keeps the intervals of what looked slower, and nothing of what did not', () => {
    const slow = exactly(steps(8, 0.03));
    expect(screenOf(slow, pairedSettings)).toEqual({ location: judgePaired(slow).evidence!.interval, tail: null });
    expect(screenOf(exactly(steps(8, 0)), pairedSettings)).toBeNull();
    expect(screenOf([], pairedSettings)).toBeNull();
  });
});

test('fresh pairs are enough to say it again in the tail, and to clear it', () => {
  expect([1, 10, 18, 102, 103, 400].map((cases) => pairsToConfirm(pairedSettings, cases))).toEqual([
    10, 10, 10, 10, 11, 12,
  ]);
  expect(pairsToConfirm(pairedSettingsOf({ alpha: 1e-4 }), 1)).toBeGreaterThanOrEqual(14);
  const sure = pairedSettingsOf({ alpha: 1e-4, seconds: 8 });
  expect(confirm(exactly(steps(pairsToConfirm(sure, 1), 0)), suspicion(1), sure).verdict).toBe('steady');
});

describe.each(Object.keys(noises))('twenty cases under %s noise', (name) => {
  const noise: Noise = noises[name]!;
  const draw = (random: () => number, pairs: number, effect: number): Pair[] =>
    exactly(logRatios(pairs, { effect, deviation: 0.005, noise, random }));
  const looks = looksOf(pairedSettings.looks, pairedSettings.alpha);
  /** As the product does, without the blocks: looks until one says slower. */
  const screened = (random: () => number, effect: number): Suspicion['screen'] | null => {
    const logs = logRatios(20, { effect, deviation: 0.005, noise, random });
    const seen = looks.map(({ pairs }) => ratioAt(logs.slice(0, pairs), looks)).find((each) => isAbove(each, 0.005));
    return seen === undefined ? null : { location: seen.interval, tail: null };
  };

  test('all exactly at the margin: any is falsely red in at most one suite of a hundred, though the screen suspects in one of six', () => {
    const random = randomFrom(81);
    const suites = 1500;
    let [suspected, red] = [0, 0];
    for (let i = 0; i < suites; i += 1) {
      const screens = Array.from({ length: 20 }, () => screened(random, 0.005)).filter((screen) => screen !== null);
      suspected += screens.length > 0 ? 1 : 0;
      const judged = screens.map((screen) => confirm(draw(random, 10, 0.005), suspicion(20, { screen })));
      red += judged.some(({ verdict }) => verdict === 'slower') ? 1 : 0;
    }
    expect(suspected / suites).toBeGreaterThan(0.05);
    expect(red / suites).toBeLessThan(0.01 + luck(0.01, suites));
  });

  test('one that is slower by 3 % and was suspected is nearly always red', () => {
    const random = randomFrom(82);
    let [suspects, red] = [0, 0];
    for (let i = 0; i < 300; i += 1) {
      const screen = screened(random, 0.03);
      if (screen === null) continue;
      suspects += 1;
      red += confirm(draw(random, 10, 0.03), suspicion(20, { screen })).verdict === 'slower' ? 1 : 0;
    }
    expect(suspects).toBeGreaterThan(240);
    expect(red / suspects).toBeGreaterThan(0.97);
  });
});
