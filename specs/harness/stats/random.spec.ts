import { expect, test } from 'vitest';
import { normal, randomFrom } from '../../../src/stats/random.ts';

test('mulberry32 gives its published first numbers', () => {
  const random = randomFrom(1);
  // From the reference C code by Tommy Ettinger with the state 1, divided by 2^32.
  expect([random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478]);
});

test('the same seed gives the same numbers, another seed others', () => {
  expect(Array.from({ length: 5 }, randomFrom(42))).toEqual(Array.from({ length: 5 }, randomFrom(42)));
  expect(randomFrom(42)()).not.toBe(randomFrom(43)());
});

test('is uniform in [0, 1) and normal has mean 0 and deviation 1', () => {
  const random = randomFrom(9);
  const uniform = Array.from({ length: 20_000 }, random);
  expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  const normals = Array.from({ length: 20_000 }, () => normal(random));
  expect(Math.abs(mean(normals))).toBeLessThan(0.03);
  expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
});
