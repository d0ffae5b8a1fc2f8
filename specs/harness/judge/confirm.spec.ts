import { describe, expect, test } from 'vitest';
import { confirm, errorIn, errorOf, pairsToConfirm } from '../../../src/judge/confirm.ts';
import { verdictOf } from '../../../src/judge/paired.ts';
import type { PairedJudgement } from '../../../src/judge/paired.ts';
import { weigh } from '../../../src/judge/paired-evidence.ts';
import { pairedSettings } from '../../../src/judge/settings.ts';
import type { Channels } from '../../../src/judge/channels.ts';
import { holm } from '../../../src/stats/holm.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPairs, logRatios, luck, noises, type Noise } from '../support/noise.ts';

/** Pairs whose data are exactly these log ratios. */
const exactly = (logs: readonly number[]): Pair[] =>
  logs.map((log, pair) => ({
    pair,
    blocks: [{ order: 'AB', visits: [[1e-3], [1e-3 * Math.exp(log)]], reference: [] }],
  }));
const channels = (location: readonly number[], tail: readonly number[] | null = null): Channels => ({
  location,
  q25: location,
  median: location,
  tail,
});
/** All suspects of a suite. */
const confirmAll = (suspects: readonly (readonly Pair[])[]): PairedJudgement[] => {
  const errors = suspects.map((fresh) => errorIn(fresh, suspects.length));
  return suspects.map((fresh, index) => confirm(fresh, errors.toSpliced(index, 1)));
};
const twelve = (value: number): number[] => Array.from({ length: 12 }, (_, i) => value + i * 1e-5);

describe('a suspect', () => {
  test('is slower where fresh pairs say so, and the sentence names the family', () => {
    const [judgement] = confirmAll([drawPairs(randomFrom(1), 12, { factor: 1.03 })]);
    expect(judgement!.verdict).toBe('slower');
    expect(judgement!.sentences.at(-1)).toBe(
      'confirmed by fresh pairs among 1 suspect: any false alarm in the suite <= 1 %',
    );
  });

  test('is what its fresh pairs say where they do not', () => {
    const [steady, loud, faster] = confirmAll([
      exactly(twelve(0)),
      exactly(twelve(0).map((log, i) => log + (i % 2 === 0 ? 0.2 : -0.2))),
      exactly(twelve(-0.05)),
    ]);
    expect([steady!.verdict, loud!.verdict, faster!.verdict]).toEqual(['steady', 'inconclusive', 'faster']);
    for (const one of [steady, loud, faster])
      expect(one!.sentences).toContain('seen slower before, not confirmed by fresh pairs');
  });

  test('with fewer than twelve fresh pairs is inconclusive, however slow', () => {
    const [judgement] = confirmAll([exactly(twelve(0.5).slice(1))]);
    expect(judgement!.verdict).toBe('inconclusive');
    expect(judgement!.sentences).toContain('11 process pairs cannot decide: 12 can');
  });

  test('is not slower where it would be so alone but not among so many', () => {
    // Three small ones below, of rank 1 + 2 + 4: of twelve pairs 19 of 4096, enough for one suspect; of fourteen 19 of 16384, not for the least of nine.
    const weak = [-1, -2, 3, -4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((x) => x / 1e3 + Math.log1p(0.005));
    expect(confirmAll([exactly(weak)])[0]!.verdict).toBe('slower');
    const nine = confirmAll(Array.from({ length: 9 }, () => exactly(weak)));
    expect(nine.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 9 }, () => 'inconclusive'));
    expect(nine[0]!.sentences[0]).toContain('slower alone, but not among 9 suspects of this suite');
    const strong = confirmAll([
      exactly(weak),
      ...Array.from({ length: 8 }, () => exactly([...twelve(0.05), 0.051, 0.052])),
    ]);
    expect(strong[0]!.verdict).toBe('slower');
  });
});

describe('errorOf', () => {
  test('without a tail is the p-value of the place, with one divides alpha as the judge does', () => {
    const above = twelve(0.02);
    expect(errorOf(channels(above), pairedSettings)).toBe(1 / 4096);
    expect(errorOf(channels(above, twelve(0)), pairedSettings)).toBeCloseTo(1 / 4096 / 0.9, 12);
    expect(errorOf(channels(twelve(0), twelve(0.2)), pairedSettings)).toBeCloseTo(1 / 4096 / 0.1, 12);
    expect(errorOf(channels(twelve(0), twelve(0)), pairedSettings)).toBe(1);
    expect([errorIn(exactly(above), 1), errorIn(exactly(above.slice(1)), 1)]).toEqual([1 / 4096, 1]);
  });
});

describe.each(Object.keys(noises))('twenty cases under %s noise, all exactly at the margin', (name) => {
  const noise: Noise = noises[name]!;
  const draw = (random: () => number, pairs: number): number[] =>
    logRatios(pairs, { effect: 0.005, deviation: 0.005, noise, random });

  test('confirming all of them: any false slower in at most one suite of a hundred', () => {
    const random = randomFrom(80);
    const suites = 3000;
    let alarms = 0;
    for (let i = 0; i < suites; i += 1) {
      const errors = Array.from({ length: 20 }, () => errorOf(channels(draw(random, 12)), pairedSettings));
      alarms += holm(errors, 0.01).includes(true) ? 1 : 0;
    }
    expect(alarms / suites).toBeLessThan(0.01 + luck(0.01, suites));
  });

  test('screening at every look, then confirming the suspects: far below one in a hundred', () => {
    const random = randomFrom(81);
    const suites = 1000;
    let [suspected, alarms] = [0, 0];
    for (let i = 0; i < suites; i += 1) {
      const suspects = Array.from({ length: 20 }, () => draw(random, 20)).filter((data) =>
        [8, 12, 16, 20].some((pairs) => {
          const weighed = weigh(channels(data.slice(0, pairs)), pairedSettings);
          return verdictOf(weighed, pairedSettings) === 'slower';
        }),
      );
      suspected += suspects.length;
      const verdicts = confirmAll(
        suspects.map(() => exactly(draw(random, pairsToConfirm(pairedSettings, suspects.length)))),
      );
      alarms += verdicts.some(({ verdict }) => verdict === 'slower') ? 1 : 0;
    }
    // The screen alone is wrong in a tenth of the suites: what the second stage is for.
    expect(suspected / suites).toBeGreaterThan(0.05);
    expect(alarms / suites).toBeLessThan(0.005 + luck(0.002, suites));
  });
});

test('twenty cases of which one is slower by 2 %: found, alone', () => {
  const random = randomFrom(82);
  const noise = noises['normal']!;
  let found = 0;
  for (let i = 0; i < 200; i += 1) {
    const errors = Array.from({ length: 20 }, (_, index) =>
      errorOf(
        channels(logRatios(12, { effect: index === 3 ? 0.02 : 0, deviation: 0.005, noise, random })),
        pairedSettings,
      ),
    );
    found += holm(errors, 0.01).every((believed, index) => believed === (index === 3)) ? 1 : 0;
  }
  expect(found / 200).toBeGreaterThan(0.95);
});
