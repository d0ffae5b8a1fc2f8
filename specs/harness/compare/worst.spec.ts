import { expect, test } from 'vitest';
import { worstFirst } from '../../../src/compare/worst.ts';

test('the furthest off comes first, NaN with the infinite ones, equal ones as they came', () => {
  const all = [1, Infinity, NaN, 5, Infinity, 0].map((excess, index) => ({ excess, index }));
  expect(worstFirst(all, ({ excess }) => excess).map(({ index }) => index)).toEqual([1, 2, 4, 3, 0, 5]);
  expect(worstFirst([], () => 0)).toEqual([]);
});
