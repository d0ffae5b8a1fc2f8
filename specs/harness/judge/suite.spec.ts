import { describe, expect, test } from 'vitest';
import { pairsToConfirm } from '../../../src/judge/confirm.ts';
import { judgePaired } from '../../../src/judge/paired.ts';
import { pairedSettings, pairedSettingsOf, type PairedWishes } from '../../../src/judge/settings.ts';
import { judgeOn, judgeSuite } from '../../../src/judge/suite.ts';
import type { Judged, NullControl, SuiteCase } from '../../../src/judge/suite.ts';
import { randomFrom, type Random } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPairs } from '../support/noise.ts';

/** Pairs whose data are exactly these log ratios. */
const exactly = (logs: readonly number[]): Pair[] =>
  logs.map((log, pair) => ({
    pair,
    blocks: [{ order: 'AB', visits: [[1e-3], [1e-3 * Math.exp(log)]], reference: [] }],
  }));
const draw = (count: number, factor = 1): Pair[] =>
  exactly(Array.from({ length: count }, (_, i) => Math.log(factor) + i * 1e-5));
/** Log ratios above the margin by these parts of a thousand. */
const above = (...parts: readonly number[]): Pair[] => exactly(parts.map((part) => part / 1e3 + Math.log1p(0.005)));
const slow = draw(8, 1.03);
/** 112 of 1024: not enough for anybody. */
const weak = above(-1, -2, -3, 4, -5, 6, 7, 8, 9, 10);
const quiet: NullControl = { pairs: draw(8) };
const lost: NullControl = { lost: 'a: the worker was killed by SIGSEGV' };
const suiteCase = (more: Partial<SuiteCase>): SuiteCase => ({
  name: 'a',
  against: 'main@3f2a1c9',
  settings: pairedSettings,
  pairs: slow,
  confirming: [],
  unconfirmed: null,
  pinned: true,
  ...more,
});
const judge = (more: Partial<SuiteCase>, control: NullControl = quiet): Judged =>
  judgeSuite([suiteCase(more)], control, 7).get('a')!;

test('suspects with alphas of their own: the suite promises the greatest of them, in every sentence', () => {
  const loose = pairedSettingsOf({ alpha: 0.1 });
  const cases = [
    suiteCase({ confirming: draw(10, 1.03) }),
    suiteCase({ name: 'b', confirming: draw(10, 1.03), settings: loose }),
  ];
  for (const { judgement, grounds } of judgeSuite(cases, quiet, 7).values()) {
    expect(grounds.confirming).toMatchObject({ cases: 2, alpha: 0.1, screen: { tail: null } });
    expect(judgement.verdict).toBe('slower');
    expect(judgement.sentences.at(-1)).toBe(
      'confirmed by fresh pairs, in a suite of 2 cases: any false alarm in it <= 10 %',
    );
  }
});

describe('whatever is asked for, and however many there are, a suspect can be red', () => {
  const verdicts = (count: number, size: number, wishes: PairedWishes = {}): string[] => {
    const settings = pairedSettingsOf(wishes);
    const most = settings.looks.at(-1)!.pairs;
    const cases = Array.from({ length: size }, (_, i) =>
      suiteCase({ name: `${i}`, pairs: draw(most, 2), confirming: draw(count, 2), settings }),
    );
    return [...new Set([...judgeSuite(cases, quiet, 7).values()].map(({ judgement }) => judgement.verdict))];
  };

  test('after as many fresh pairs as such a suite needs', () => {
    for (const size of [1, 4, 18, 37, 102, 400]) {
      const pairs = pairsToConfirm(pairedSettings, size);
      expect(verdicts(pairs, size)).toEqual(['slower']);
      expect(verdicts(pairs - 1, size)).toEqual(['inconclusive']);
    }
  });

  test('by a card with little time or a small alpha', () => {
    for (const wishes of [{ seconds: 7 }, { seconds: 8 }, { seconds: 9 }, { alpha: 1e-4 }, { alpha: 1e-4, seconds: 7 }])
      for (const size of [1, 20])
        expect(verdicts(pairsToConfirm(pairedSettingsOf(wishes), size), size, wishes)).toEqual(['slower']);
  });

  test('in the tail alone', () => {
    const random = randomFrom(3);
    const slowTail = (_: Random, arm: 'A' | 'B'): number => (random() < 0.1 && arm === 'B' ? 1.8 : 1);
    const some = (count: number): Pair[] => drawPairs(random, count, { call: slowTail, blocks: 12, calls: 8 });
    const [pairs, confirming] = [some(20), some(pairsToConfirm(pairedSettings, 30))];
    const cases = Array.from({ length: 30 }, (_, i) => suiteCase({ name: `${i}`, pairs, confirming }));
    const { verdict, sentences } = judgeSuite(cases, quiet, 7).get('7')!.judgement;
    expect([verdict, sentences[0]]).toEqual(['slower', expect.stringContaining('tail')]);
  });
});

describe('a case of a suite', () => {
  test('that nobody suspected is judged by its pairs', () => {
    const pairs = draw(8);
    const { judgement, grounds } = judge({ pairs });
    expect(judgement.verdict).toBe('steady');
    expect(grounds).toEqual({ confirming: null, doubt: null });
  });

  test('that was suspected is judged by its fresh pairs alone, and names its base', () => {
    const confirmed = judge({ confirming: draw(10, 1.03) });
    expect(confirmed.judgement.verdict).toBe('slower');
    expect(confirmed.judgement.sentences[0]).toContain('than main@3f2a1c9 (10 process pairs');
    expect(confirmed.pairs).toHaveLength(10);
    expect(judge({ confirming: draw(10) }).judgement.verdict).toBe('steady');
  });

  test('that looked slower and was not measured again is never red', () => {
    const { judgement } = judge({});
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.sentences[0]).toBe('seen slower, but no fresh pairs were taken to confirm it');
  });

  test('that was suspected and whose base then died is inconclusive, with the reason, and never green', () => {
    const { judgement } = judge({ unconfirmed: 'the worker was killed by SIGSEGV' });
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.sentences[0]).toBe(
      'seen slower, but main@3f2a1c9 died while this was being confirmed: the worker was killed by SIGSEGV',
    );
    expect(judgement.sentences[1]).toContain('slower by');
  });

  test('is not judged where the base differs from itself', () => {
    const { judgement } = judge({ confirming: draw(10, 1.03) }, { pairs: draw(8, 1.05) });
    expect(judgement.verdict).toBe('unfit');
    expect(judgement.sentences[0]).toContain('base against base came out slower');
  });

  test.each([
    [1.03, 'inconclusive'],
    [0.9, 'inconclusive'],
    [1, 'steady'],
  ])('without a null control is never moved, and always says so: a ratio of %f is %s', (factor, verdict) => {
    const pairs = draw(8, factor);
    const { judgement } = judge({ pairs, confirming: factor > 1 ? draw(10, factor) : [] }, lost);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.sentences.join()).toContain(
      'base against base could not be measured: a: the worker was killed by SIGSEGV',
    );
  });
});

describe('what is handed back with a verdict judges the pairs to the same end', () => {
  const families: [string, readonly SuiteCase[], NullControl][] = [
    ['one suspect', [suiteCase({ confirming: draw(10, 1.03) })], quiet],
    [
      'one of many suspects',
      Array.from({ length: 9 }, (_, i) => suiteCase({ name: `${i}`, confirming: i % 3 === 0 ? draw(10, 1.03) : weak })),
      quiet,
    ],
    ['a screen', [suiteCase({ pairs: draw(12) })], quiet],
    ['a dead base', [suiteCase({ unconfirmed: 'killed' })], quiet],
    ['a lost control', [suiteCase({ confirming: draw(10, 1.03) })], lost],
    ['a control that differs', [suiteCase({ confirming: draw(10, 1.03) })], { pairs: draw(8, 1.05) }],
  ];
  test.each(families)('%s', (_, cases, control) => {
    const judged = [...judgeSuite(cases, control, 7).values()];
    for (const { judgement, pairs, grounds } of judged) {
      const context = { control: 'pairs' in control ? control.pairs : [], against: 'main@3f2a1c9', seed: 7 };
      expect(judgeOn(pairs, grounds, pairedSettings, context)).toEqual(judgement);
    }
  });

  test('a suspect is not judged by the plan of the screen: four looks are another verdict', () => {
    // 44 of 1024: enough to say it again in a suite of nine, by itself enough for none of four looks.
    const confirming = above(-1, -2, 3, 4, -5, 6, 7, 8, 9, 10);
    expect(judgePaired(confirming).verdict).not.toBe('slower');
    expect(judge({ confirming }).judgement.verdict).toBe('slower');
  });
});
