import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sizesOf } from '../../../src/sweep/sizes.ts';

test.each([
  [['1..256'], [1, 2, 4, 8, 16, 32, 64, 128, 256]],
  [
    ['1', '8', '16..128'],
    [1, 8, 16, 32, 64, 128],
  ],
  [['8..8'], [8]],
  [['3..20'], [3, 6, 12, 20]],
  [
    ['32', '1..4', '2'],
    [1, 2, 4, 32],
  ],
])('%j are %j', (texts, sizes) => {
  expect(sizesOf(texts)).toEqual(sizes);
});

test.each([
  [['0'], "'0' is no batch size"],
  [['0..8'], "'0..8' is no batch size"],
  [['5..1'], "'5..1' ends before it begins"],
  [['1..1e9'], "'1..1e9' is no batch size"],
  [['1..1000000000'], "'1..1000000000' goes beyond 65536"],
  [['1..'], "'1..' is no batch size"],
  [['..8'], "'..8' is no batch size"],
  [['1...8'], "'1...8' is no batch size"],
  [['1..2..4'], "'1..2..4' is no range"],
  [['-1..8'], "'-1..8' is no batch size"],
  [['1.5..8'], "'1.5..8' is no batch size"],
  [['1..8', 'many'], "'many' is no batch size"],
  [[], 'names no batch size'],
])('%j are refused: %s', (texts, words) => {
  expect(() => sizesOf(texts)).toThrow(words);
  expect(() => sizesOf(texts)).toThrow('such as --batch 1..256');
});

test('a range has both its ends, and no step more than doubles', () => {
  const end = fc.integer({ min: 1, max: 65_536 });
  fc.assert(
    fc.property(end, end, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const sizes = sizesOf([`${low}..${high}`]);
      expect([sizes[0], sizes.at(-1)]).toEqual([low, high]);
      for (const [index, size] of sizes.slice(1).entries()) {
        expect(size).toBeGreaterThan(sizes[index] ?? Infinity);
        expect(size).toBeLessThanOrEqual(2 * (sizes[index] ?? 0));
      }
    }),
  );
});
