import { describe, expect, test } from 'vitest';
import { newBlock, readBlock } from '../../../src/compare/block.ts';
import { screenBlock, screenSquares } from '../../../src/compare/kernel.ts';
import { sumBlock, tallyBlock } from '../../../src/compare/tally.ts';
import type { Allowance } from '../../../src/compare/tally.ts';
import { normal, randomFrom } from '../../../src/stats/random.ts';
import type { Dtype, Tensor } from '../../../src/tensor/tensor.ts';
import { of } from './making.ts';

const allowance: Allowance = { absolute: 1e-5, relative: 1.3e-6, nan: 'refuse', scale: 1 };

/** Numbers whose every second differs from its partner, by about the allowance. */
function pairOf(actualDtype: Dtype, expectedDtype: Dtype, length: number): [Tensor, Tensor] {
  const random = randomFrom(length);
  const expected = Array.from({ length }, () => 3 * normal(random));
  const actual = expected.map((value, i) => (i % 2 === 0 ? value : value + 1e-5 * normal(random)));
  return [of(actualDtype, [length], actual), of(expectedDtype, [length], expected)];
}

describe.each<[Dtype, Dtype]>([
  ['float32', 'float32'],
  ['float32', 'float64'],
  ['float64', 'float64'],
  ['float16', 'float32'],
  ['float16', 'float16'],
])('%s against %s', (actualDtype, expectedDtype) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 100, 1001])('counts %i elements as the plain loop does', (length) => {
    const [actual, expected] = pairOf(actualDtype, expectedDtype, length + 3);
    const range = [3, length + 3] as const;
    const block = newBlock();
    readBlock(block, actual, expected, ...range);
    const plain = tallyBlock(block, 3, length, allowance);
    const screened = screenBlock(actual, expected, range, allowance);
    expect(screened).toEqual({ ...plain, squares: expect.closeTo(plain.squares, 14) });
    expect(screenSquares(expected, ...range)).toBeCloseTo(sumBlock(block.expected, length, 1).squares, 8);
  });
});

test('an exact allowance counts each difference, and 0 / 0 is none', () => {
  const exact = { ...allowance, absolute: 0, relative: 0 };
  const found = screenBlock(of('uint8', [3], [0, 1, 2]), of('uint8', [3], [0, 1, 4]), [0, 3], exact);
  expect(found).toMatchObject({ mismatched: 1, identical: 2, ratio: Infinity, greatest: 2, finite: 3 });
});

test.each([NaN, Infinity, -Infinity])('leaves a block with %d to the plain loop', (value) => {
  for (const dtype of ['float32', 'float64', 'float16'] as const) {
    for (const at of [0, 1, 2, 3, 4]) {
      const good = of(dtype, [5], [1, 2, 3, 4, 5]);
      const bad = of(
        dtype,
        [5],
        [1, 2, 3, 4, 5].map((x, i) => (i === at ? value : x)),
      );
      expect(screenBlock(bad, good, [0, 5], allowance)).toBeNull();
      expect(screenBlock(good, bad, [0, 5], allowance)).toBeNull();
      expect(screenBlock(bad, bad, [0, 5], allowance)).toBeNull();
      expect(screenSquares(bad, 0, 5)).toBeNull();
    }
  }
});

test('leaves to the plain loop what float64 cannot hold: squares that overflow, 64-bit integers', () => {
  const far = of('float64', [1], [1e200]);
  expect(screenBlock(far, of('float64', [1], [0]), [0, 1], allowance)).toBeNull();
  expect(screenSquares(far, 0, 1)).toBeNull();
  const big = of('int64', [1], [7]);
  expect(screenBlock(big, big, [0, 1], allowance)).toBeNull();
  expect(screenSquares(big, 0, 1)).toBeNull();
});
