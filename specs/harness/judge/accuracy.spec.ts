import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Accuracy } from '../../../src/baselines/baseline.generated.ts';
import { judgeAccuracy, type AccuracyTarget } from '../../../src/judge/accuracy.ts';

const full: AccuracyTarget = {
  dataset: 'cifar10',
  n: 10_000,
  correct: 7612,
  flips: 0,
  firmFlips: 0,
  nearTies: 3,
  precision: 'float32',
  referenceCorrect: 7612,
};
const int8: AccuracyTarget = { ...full, precision: 'int8', correct: 7590, flips: 41 };
const blessed = (correct: number, more: Partial<Accuracy> = {}): Accuracy => ({
  dataset: 'cifar10',
  n: 10_000,
  correct,
  flips: 0,
  ...more,
});
const verdict = (target: AccuracyTarget, baseline: Accuracy | undefined): string =>
  judgeAccuracy(target, baseline).verdict;

describe('full precision: exact apart from near-ties', () => {
  test.each([
    [7612, 0, 0, 'held'],
    [7609, 3, 0, 'held'],
    [7615, 3, 0, 'held'],
    [7608, 3, 0, 'regressed'],
    [7616, 3, 0, 'improved'],
    [7612, 1, 1, 'regressed'],
    [7612, 3, 1, 'regressed'],
    [7616, 4, 1, 'regressed'],
  ])(
    '%d correct with %d flips, %d of them no near-ties, blessed 7612, is %s',
    (correct, flips, firmFlips, expected) => {
      expect(verdict({ ...full, correct, flips, firmFlips }, blessed(7612))).toBe(expected);
      expect(verdict({ ...full, precision: 'float64', correct, flips, firmFlips }, blessed(7612))).toBe(expected);
    },
  );

  test('near-ties are not a number of flips that anybody may have: decisions that were firm stay', () => {
    const loose = { ...full, nearTies: 40, flips: 35 };
    expect(verdict({ ...loose, firmFlips: 0 }, blessed(7612))).toBe('held');
    expect(verdict({ ...loose, firmFlips: 35 }, blessed(7612))).toBe('regressed');
  });

  test('a number of flips that was blessed is accepted, one more is not', () => {
    expect(verdict({ ...full, flips: 9, firmFlips: 9 }, blessed(7612, { flips: 9 }))).toBe('held');
    expect(verdict({ ...full, flips: 10, firmFlips: 10 }, blessed(7612, { flips: 9 }))).toBe('regressed');
  });

  test('flips are red without a baseline too; without a reference they are not judged', () => {
    const flipped = { ...full, flips: 4, firmFlips: 4 };
    expect(verdict(flipped, undefined)).toBe('regressed');
    expect(verdict({ ...flipped, referenceCorrect: null }, undefined)).toBe('unbaselined');
    expect(verdict({ ...flipped, referenceCorrect: null }, blessed(7612))).toBe('held');
  });

  test("a loss against the reference is the flips' business, not a budget", () => {
    expect(verdict({ ...full, referenceCorrect: 9000 }, blessed(7612))).toBe('held');
  });
});

describe('reduced precision: a budget', () => {
  test.each([
    [7590, 41, 'held'],
    [7570, 100, 'held'],
    [7569, 41, 'regressed'],
    [7610, 41, 'held'],
    [7611, 41, 'improved'],
    [7590, 101, 'regressed'],
  ])('%d correct with %d flips, blessed 7590, is %s', (correct, flips, expected) => {
    expect(verdict({ ...int8, correct, flips }, blessed(7590, { flips: 41 }))).toBe(expected);
    expect(verdict({ ...int8, precision: 'float16', correct, flips }, blessed(7590, { flips: 41 }))).toBe(expected);
  });

  test.each([
    [7562, 'held'],
    [7561, 'regressed'],
  ])('%d correct against 7612 of the reference is %s', (correct, expected) => {
    expect(verdict({ ...int8, correct }, blessed(7560))).toBe(expected);
  });

  test('the card sets the budget', () => {
    expect(
      judgeAccuracy({ ...int8, correct: 7400, flips: 300 }, blessed(7400), {
        accuracyLoss: 0.03,
        flips: 0.03,
      }).verdict,
    ).toBe('held');
    expect(judgeAccuracy({ ...int8, flips: 1 }, blessed(7590), { accuracyLoss: 1, flips: 0 }).verdict).toBe(
      'regressed',
    );
  });

  test('violating the reference is red without a baseline', () => {
    expect(verdict({ ...int8, correct: 7500 }, undefined)).toBe('regressed');
    expect(verdict(int8, undefined)).toBe('unbaselined');
    expect(verdict({ ...int8, correct: 7000, referenceCorrect: null }, undefined)).toBe('unbaselined');
  });
});

describe('what is not comparable is not compared', () => {
  test.each([
    [
      'another data set',
      blessed(7612, { dataset: 'cifar100' }),
      'blessed on 10000 of cifar100, measured on 10000 of cifar10',
    ],
    ['another length', blessed(761, { n: 1000 }), 'blessed on 1000 of cifar10, measured on 10000 of cifar10'],
  ])('%s', (_, baseline, why) => {
    const { verdict: outcome, sentences } = judgeAccuracy(full, baseline);
    expect(outcome).toBe('unbaselined');
    expect(sentences[0]).toContain(why);
  });

  test.each([
    { n: 0 },
    { n: 0, correct: 0, flips: 0 },
    { n: 2.5 },
    { n: NaN },
    { correct: -1 },
    { correct: 10_001 },
    { correct: NaN },
    { flips: NaN },
    { flips: -1 },
    { flips: 10_001 },
    { correct: 0.5 },
    { firmFlips: NaN },
    { flips: 1, firmFlips: 2 },
  ])('no count: %j', (wrong) => {
    expect(verdict({ ...full, ...wrong }, blessed(7612))).toBe('regressed');
    expect(judgeAccuracy({ ...full, ...wrong }, undefined).sentences[0]).toContain('not a count');
  });

  test.each([{ nearTies: NaN }, { referenceCorrect: NaN, precision: 'int8' as const }])(
    'NaN fails closed: %j',
    (wrong) => {
      expect(verdict({ ...full, correct: 7000, flips: 1, ...wrong }, blessed(7612))).toBe('regressed');
    },
  );

  test('all counts right and all wrong are counts', () => {
    expect(verdict({ ...full, correct: 10_000, referenceCorrect: 10_000 }, blessed(10_000))).toBe('held');
    expect(verdict({ ...full, correct: 0, referenceCorrect: 0 }, blessed(0))).toBe('held');
  });
});

test('sentences', () => {
  expect(judgeAccuracy(full, blessed(7612)).sentences).toEqual(['76.12 % (7612), 0 flips of 10000']);
  expect(judgeAccuracy({ ...full, referenceCorrect: null }, blessed(7612)).sentences).toEqual(['76.12 % (7612)']);
  expect(judgeAccuracy(full, undefined).sentences).toEqual(['76.12 % (7612), 0 flips of 10000, no baseline yet']);
  expect(judgeAccuracy({ ...full, correct: 7600, flips: 12, firmFlips: 10 }, blessed(7612)).sentences).toEqual([
    '76 % (7600) against 76.12 % (7612) blessed (3 near-ties allowed)',
    '12 decisions of 10000 differ from the reference, 10 of them no near-ties, 0 may',
  ]);
  expect(judgeAccuracy({ ...int8, correct: 7500, flips: 120 }, blessed(7590)).sentences).toEqual([
    '75 % (7500) against 75.9 % (7590) blessed (0.2 points allowed)',
    '75 % (7500) against 76.12 % (7612) of the reference: a loss of 1.12 points, 0.5 points allowed',
    '120 decisions of 10000 differ from the reference, 100 may',
  ]);
  expect(judgeAccuracy({ ...full, correct: 7700 }, blessed(7612)).sentences[1]).toBe('bless to hold it there');
});

test('two-sided: held exactly within the near-ties', () => {
  const count = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(count, count, fc.integer({ min: 0, max: 20 }), (correct, old, nearTies) => {
      const outcome = verdict({ ...full, correct, nearTies }, blessed(old));
      expect(outcome).toBe(Math.abs(correct - old) <= nearTies ? 'held' : correct > old ? 'improved' : 'regressed');
    }),
  );
});
