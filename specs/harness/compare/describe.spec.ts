import { describe, expect, test } from 'vitest';
import { describeMismatch } from '../../../src/compare/describe.ts';
import { explain } from '../../../src/compare/explain.ts';
import { atLeast, indexAt, place, significant } from '../../../src/compare/significant.ts';
import { compareTensors, isMatch } from '../../../src/compare/tensors.ts';
import { toleranceFor } from '../../../src/compare/tolerance.ts';
import type { Tolerance } from '../../../src/compare/comparison.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { f32, f64, logits, mapped, of } from './making.ts';

const float32 = toleranceFor('float32');
const lines = (
  actual: Tensor,
  expected: Tensor,
  tolerance: Tolerance = float32,
  flips: { count: number; n: number } | null = null,
) =>
  describeMismatch(compareTensors(actual, expected, tolerance, 'logits'), {
    reference: 'torch float64',
    explanation: explain(actual, expected, { top: 3 }),
    flips,
  });

test('what differs, where it is worst, what would pass', () => {
  expect(
    lines(of('float32', [2, 2], [1, -1.92, 3, 4]), of('float32', [2, 2], [1, 1.49, 3, 4]), float32, {
      count: 1,
      n: 2,
    }),
  ).toEqual([
    'logits: 1 of 4 elements differ from torch float64 by up to 3.41 (allowed 2.8e-5); 1 of 2 change the prediction',
    'worst [0, 1]  actual -1.92  expected 1.49',
    expect.stringMatching(/^would pass at atol 1\.2 rtol 0\.16 nmse 0\.42$/),
  ]);
});

test('the tolerance it names does pass', () => {
  const expected = logits();
  for (const change of [
    (x: number) => x + 1e-3,
    (x: number) => x * 1.003,
    (x: number, i: number) => (i === 7 ? x + 0.2 : x),
  ]) {
    const actual = mapped(expected, change);
    const last = lines(actual, expected).at(-1) ?? '';
    const given = Object.fromEntries(
      [...last.matchAll(/(atol|rtol|nmse) (\S+)/g)].map(([, name, number]) => [name, Number(number)]),
    );
    expect(isMatch(compareTensors(actual, expected, toleranceFor('float32', given), 'logits'))).toBe(true);
  }
});

test('an aggregate error alone', () => {
  expect(lines(f64(3.3, 4.4), f64(3, 4), { atol: 1, rtol: 0, nmse: 1e-4, nan: 'refuse' })).toEqual([
    'logits: NMSE 0.01 against torch float64 (allowed 1e-4), though each element is within its tolerance',
    'worst [1]  actual 4.4  expected 4',
    expect.stringMatching(/^would pass at nmse 0\.01/),
  ]);
});

test('an element alone needs no other NMSE', () => {
  const found = lines(f32(1.1, 1), f32(1, 1), { ...float32, nmse: 1 });
  expect(found.at(-1)).toMatch(/^would pass at atol \S+ rtol \S+$/);
});

test('a match offers nothing to loosen', () => {
  expect(lines(f32(1, 2), f32(1, 2))).toEqual([
    'logits: NMSE 0 against torch float64 (allowed 1e-9), though each element is within its tolerance',
  ]);
});

test('integers and structure: no tolerance is offered', () => {
  expect(lines(of('int32', [2], [1, 2]), of('int32', [2], [1, 3]))).toEqual([
    'logits: 1 of 2 elements differ from torch float64 by up to 1 (allowed 0)',
    'worst [1]  actual 2  expected 3',
  ]);
  expect(lines(f32(1), f32(1, 2))).toEqual(['logits: dims are [1], expected [2]']);
  expect(lines(f32(NaN, 1), f32(1, 1))).toEqual([
    'logits: 1 of 2 elements are NaN or infinite and not the same allowed value; first [0] actual NaN expected 1',
    'worst [0]  actual NaN  expected 1',
  ]);
});

test('values that differ late are shown with the digits that differ', () => {
  expect(lines(f64(1.23456, 0), f64(1.23451, 0))[1]).toBe('worst [0]  actual 1.2346  expected 1.2345');
  const big = { dtype: 'int64', dims: [1], data: BigInt64Array.of(2n ** 60n) } as const;
  const next = { ...big, data: BigInt64Array.of(2n ** 60n + 1n) };
  expect(lines(big, next)[1]).toBe('worst [0]  difference -1');
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [3.4149, '3.41'],
    [-1.92, '-1.92'],
    [0.001, '0.001'],
    [0.00099, '9.9e-4'],
    [0.0830001, '0.083'],
    [123.4, '123'],
    [123456, '123456'],
    [999_999, '999999'],
    [1_000_000, '1e6'],
    [-1_234_567, '-1.23e6'],
    [1.3e-5, '1.3e-5'],
    [2e10, '2e10'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d is %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  test.each([
    [0, '0'],
    [0.0831, '0.084'],
    [0.083, '0.083'],
    [0.0996, '0.1'],
    [1.301e-5, '1.4e-5'],
    [1.299e-5, '1.3e-5'],
    [Infinity, 'Infinity'],
  ])('at least %d is %s', (value, text) => {
    expect(atLeast(value)).toBe(text);
  });

  test('a position has an index on every axis', () => {
    expect(indexAt([2, 3, 4], 23)).toEqual([1, 2, 3]);
    expect(indexAt([2, 3, 4], 4)).toEqual([0, 1, 0]);
    expect(indexAt([], 0)).toEqual([]);
    expect(place([1, 2])).toBe('[1, 2]');
  });
});
