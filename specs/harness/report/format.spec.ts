import { describe, expect, test } from 'vitest';
import * as format from '../../../src/report/format.ts';

test.each([
  [0.00087, '0.870 ms'],
  [0.0000412, '41.2 µs'],
  [0.9996, '1.00 s'],
  [3.0612, '3.06 s'],
  [2.1e-9, '2.10 ns'],
])('%s s is printed as %s', (seconds, text) => {
  expect(format.time(seconds)).toBe(text);
});

const around = (half: number): string =>
  format.time(0.00087, { low: 0.00087 - half, high: 0.00087 + half, level: 0.95 });

test('the half interval has the decimals of its value, and is never rounded to nothing', () => {
  expect(around(0.00001)).toBe('0.870 ±0.010 ms');
  expect(around(0.0000001)).toBe('0.870 ±0.0001 ms');
});

test.each([
  [4.8e-7, 2, '4.8e-7'],
  [0, 3, '0'],
  [3.41, 2, '3.4'],
  [1234.5, 3, '1\u202f235'],
  ['Infinity', 2, 'Infinity'],
] as const)('%s with %s significant digits is %s', (x, digits, text) => {
  expect(format.significant(x, digits)).toBe(text);
});

test.each([
  [999, '999'],
  [10_000, '10\u202f000'],
  [1_234_567, '1\u202f234\u202f567'],
])('the count %s is %s', (n, text) => {
  expect(format.count(n)).toBe(text);
});

test('sizes, ratios and percentages', () => {
  expect(format.size(10_498_232)).toBe('10.0 MiB');
  expect(format.size(2048)).toBe('2.00 KiB');
  expect([0.7, 10.44, 356].map(format.ratio)).toEqual(['0.70x', '10.4x', '356x']);
  expect(format.percent(0.7612)).toBe('76.1 %');
  expect([0.41, 112.4].map(format.elapsed)).toEqual(['410 ms', '1 min 52 s']);
});

describe('a verdict', () => {
  test('has a glyph and a word, so that colour is never alone', () => {
    expect(format.mark('match')).toEqual({ glyph: '✓', word: 'match', tone: 'good' });
    expect(format.mark('mismatch')).toEqual({ glyph: '✗', word: 'mismatch', tone: 'bad' });
    expect(format.mark('unavailable')).toEqual({ glyph: '·', word: 'not here', tone: 'absent' });
    expect(format.mark('inconclusive').glyph).toBe('!');
  });

  test.each(['', 'matched', 'constructor', 'toString'])('that nobody knows (%j) is never good', (word) => {
    expect(format.mark(word).tone).toBe('unsure');
  });

  test('in a group: the one most in need of a reader', () => {
    expect(format.worstOf(['match', 'slower', 'inconclusive'])).toBe('slower');
    expect(format.worstOf(['skipped', 'held'])).toBe('held');
    expect(format.worstOf([])).toBe('skipped');
  });
});
