import { describe, expect, test } from 'vitest';
import { judgeRelation } from '../../../src/judge/relation.ts';
import type { RelationTarget } from '../../../src/judge/relation.ts';

const target = (parts: Partial<RelationTarget> = {}): RelationTarget => ({
  figure: 0.25,
  interval: null,
  range: { low: 0, high: 0.3 },
  told: 'int8 has 1 byte, float32 4 bytes: 0.25 of it',
  promise: 'at most 0.3',
  doubt: null,
  ...parts,
});
const verdict = (parts: Partial<RelationTarget>, baseline?: number): string =>
  judgeRelation(target(parts), baseline).verdict;

describe('an exact relation', () => {
  test('within its promise holds, and names both sides, figure and bound', () => {
    expect(judgeRelation(target(), undefined)).toEqual({
      verdict: 'held',
      sentences: ['int8 has 1 byte, float32 4 bytes: 0.25 of it (at most 0.3)'],
    });
  });

  test('beyond it is broken, by however little', () => {
    expect(judgeRelation(target({ figure: 0.3001 }), 0.25)).toEqual({
      verdict: 'regressed',
      sentences: ['broken: int8 has 1 byte, float32 4 bytes: 0.25 of it (at most 0.3)'],
    });
    expect(verdict({ figure: 0.3 })).toBe('held');
    expect(verdict({ figure: 0.994, range: { low: 0.995, high: 1.005 } })).toBe('regressed');
    expect(verdict({ figure: 1.006, range: { low: 0.995, high: 1.005 } })).toBe('regressed');
  });

  test('beyond it that was blessed is accepted up to there', () => {
    expect(judgeRelation(target({ figure: 0.4 }), 0.4).sentences[0]).toContain('(at most 0.3, 0.4 was blessed)');
    expect(verdict({ figure: 0.4 }, 0.4)).toBe('held');
    expect(verdict({ figure: 0.35 }, 0.4)).toBe('held');
    expect(verdict({ figure: 0.41 }, 0.4)).toBe('regressed');
    // Blessed with four digits.
    expect(verdict({ figure: 0.325_649 }, 0.3256)).toBe('held');
  });

  test('that keeps its promise again says to bless it there', () => {
    expect(judgeRelation(target(), 0.4)).toMatchObject({
      verdict: 'improved',
      sentences: [expect.stringContaining('as promised again'), 'bless to hold it there'],
    });
  });

  test.each([NaN, Infinity, 0, -1])('of %d is none', (figure) => {
    expect(verdict({ figure })).toBe('regressed');
  });
});

describe('a measured relation', () => {
  const measured = (low: number, figure: number, high: number): Partial<RelationTarget> => ({
    figure,
    interval: { low, high },
    range: { low: 0, high: 1.005 },
  });

  test('is broken only surely', () => {
    expect(verdict(measured(1.006, 1.1, 1.2))).toBe('regressed');
    expect(verdict(measured(1.004, 1.1, 1.2))).toBe('inconclusive');
    expect(verdict(measured(0.9, 1, 1.2))).toBe('held');
  });

  test('is broken surely below as well', () => {
    const range = { low: 2, high: 4 };
    expect(verdict({ ...measured(1.5, 1.8, 1.99), range })).toBe('regressed');
    expect(verdict({ ...measured(1.5, 1.8, 2.01), range })).toBe('inconclusive');
  });

  test('that was blessed may move a little', () => {
    expect(verdict(measured(1.2, 1.24, 1.3), 1.2)).toBe('held');
    expect(verdict(measured(1.27, 1.28, 1.3), 1.2)).toBe('regressed');
  });

  test('that cannot be trusted is undecided, whatever it says', () => {
    const doubt = 'the base differs from itself';
    expect(judgeRelation(target({ ...measured(2, 2, 2), doubt }), undefined)).toMatchObject({
      verdict: 'inconclusive',
      sentences: [doubt, expect.any(String)],
    });
  });
});
