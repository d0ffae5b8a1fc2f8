import { expect, test } from 'vitest';
import { rowsDiffer, vacuity } from '../../../src/compare/vacuity.ts';
import { toleranceFor } from '../../../src/compare/tolerance.ts';
import { f32, logits, of } from './making.ts';

const float32 = toleranceFor('float32');
const rows = (...values: number[][]) => of('float32', [values.length, values[0]!.length], values.flat());

test('a healthy reference proves something', () => {
  expect(vacuity(logits(), float32, 2, true)).toBeNull();
  expect(vacuity(of('float32', [], [3.5]), float32, 3.5, true)).toBeNull();
  expect(vacuity(of('int64', [2], [1, 2]), toleranceFor('int64'), 1, true)).toBeNull();
});

test.each([
  ['no elements', of('float32', [0, 3], []), 'the expected output has no elements'],
  [
    'one value, as in a uniform softmax',
    f32(...Array<number>(1000).fill(0.001)),
    'all 1000 expected elements are 0.001',
  ],
  ['one integer', of('int64', [2], [4, 4]), 'all 2 expected elements are 4'],
  ['everything below atol', f32(1e-5 / 2, -1e-6, 0), 'all 3 expected elements lie below atol 1e-5: zeros would pass'],
  ['one scalar below atol', of('float32', [], [1e-6]), 'all 1 expected elements lie below atol 1e-5: zeros would pass'],
  [
    'equal rows',
    rows([1, 2, 3], [1, 2, 3]),
    'the 2 expected rows are equal within the tolerance although their inputs differ',
  ],
  [
    'rows equal within the tolerance',
    rows([1, 2], [1 + 5e-6, 2]),
    'the 2 expected rows are equal within the tolerance although their inputs differ',
  ],
])('%s proves nothing', (_, expected, sentence) => {
  expect(vacuity(expected, expected.dtype === 'int64' ? toleranceFor('int64') : float32, 1, true)).toBe(sentence);
});

test('rows beyond the tolerance, in the last place of the last row, are enough', () => {
  expect(vacuity(rows([1, 2], [1, 2], [1, 2.0001]), float32, 1, true)).toBeNull();
  expect(vacuity(rows([1, 2], [1, 2.0001]), float32, 20, true)).not.toBeNull();
  expect(vacuity(rows([1, 100], [1, 100.0001]), { ...float32, atol: 0 }, 1, true)).not.toBeNull();
  expect(vacuity(rows([Infinity, 1], [Infinity, 1]), float32, 1, true)).not.toBeNull();
  expect(vacuity(rows([Infinity, 1], [NaN, 1]), float32, 1, true)).toBeNull();
});

test('NaN is not below atol: it would not pass as zero', () => {
  expect(vacuity(f32(NaN, 0), float32, 0, true)).toBeNull();
});

test('equal rows of equal inputs, or of a batch of one, are no fault', () => {
  expect(vacuity(rows([1, 2], [1, 2]), float32, 1, false)).toBeNull();
  expect(vacuity(rows([1, 2]), float32, 1, true)).toBeNull();
});

test('inputs differ if a row of any of them differs from its first', () => {
  const same = rows([1, 2], [1, 2]);
  expect(rowsDiffer({ a: same })).toBe(false);
  expect(rowsDiffer({ a: same, b: rows([1, 2], [1, 2], [1, 3]) })).toBe(true);
  expect(rowsDiffer({ a: rows([1, 2]) })).toBe(false);
  expect(rowsDiffer({ a: of('float32', [0, 2], []) })).toBe(false);
  expect(rowsDiffer({})).toBe(false);
});

test('a difference beyond the first block of elements is seen', () => {
  const data = new Float32Array(40_000).fill(1);
  const tensor = { dtype: 'float32', dims: [2, 20_000], data } as const;
  expect(rowsDiffer({ tensor })).toBe(false);
  data[39_999] = 2;
  expect(rowsDiffer({ tensor })).toBe(true);
  expect(vacuity(tensor, float32, 1, true)).toBeNull();
});
