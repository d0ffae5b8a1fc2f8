import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryMargin, sizeMargin } from '../../../src/judge/settings.ts';
import { judgeValue, type ValueRule } from '../../../src/judge/value.ts';
import { bytes, exactBytes } from '../../../src/judge/words.ts';

const size: ValueRule = { margin: sizeMargin, show: exactBytes };
const memory: ValueRule = { margin: memoryMargin, show: bytes };
const MiB = 2 ** 20;

describe('size, exact and two-sided', () => {
  test.each([
    [1000, 1000, 'held', '1000 bytes, as blessed'],
    [1001, 1000, 'regressed', 'bigger: 1001 bytes against 1000 bytes blessed (+1 byte, +0.1 %, none allowed)'],
    [999, 1000, 'improved', 'smaller: 999 bytes against 1000 bytes blessed (-1 byte, -0.1 %, none allowed)'],
    [1000, undefined, 'unbaselined', '1000 bytes, no baseline yet'],
    [NaN, 1000, 'regressed', 'not a measurement: NaN'],
    [NaN, undefined, 'regressed', 'not a measurement: NaN'],
    [0, 1000, 'regressed', 'not a measurement: 0'],
    [Infinity, 1000, 'regressed', 'not a measurement: Infinity'],
  ])('%d against %d is %s', (target, baseline, verdict, sentence) => {
    const judgement = judgeValue(target, baseline, size);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.sentences[0]).toBe(sentence);
  });

  test('improved says to bless', () => {
    expect(judgeValue(9, 10, size).sentences[1]).toBe('bless to hold it there');
  });

  test('big files are shown in MiB too', () => {
    expect(judgeValue(10 * MiB, 10 * MiB, size).sentences[0]).toBe('10485760 bytes (10.0 MiB), as blessed');
  });
});

describe('memory, 20 % and 16 MiB', () => {
  test.each([
    [136, 100, 'held'],
    [137, 100, 'regressed'],
    [64, 100, 'held'],
    [63, 100, 'improved'],
  ])('%d MiB against %d MiB is %s', (target, baseline, verdict) => {
    expect(judgeValue(target * MiB, baseline * MiB, memory).verdict).toBe(verdict);
  });

  test('says what is allowed', () => {
    expect(judgeValue(200 * MiB, 100 * MiB, memory).sentences[0]).toBe(
      'bigger: 200 MiB against 100 MiB blessed (+100 MiB, +100 %, 36.0 MiB allowed)',
    );
    expect(judgeValue(110 * MiB, 100 * MiB, memory).sentences[0]).toBe('110 MiB, +10 % of the blessed 100 MiB');
  });
});

test('with no margin a value is held only against itself', () => {
  const whole = fc.integer({ min: 1, max: 2 ** 40 });
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      const { verdict } = judgeValue(a, b, size);
      expect(verdict).toBe(a === b ? 'held' : a < b ? 'improved' : 'regressed');
    }),
  );
});
