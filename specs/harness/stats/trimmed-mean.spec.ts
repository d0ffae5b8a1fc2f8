import { expect, test } from 'vitest';
import { trimmedMean } from '../../../src/stats/trimmed-mean.ts';

test.each([
  [[1, 2, 3, 4, 100], 0.2, 3],
  [[100, 1, 2], 0.4, 2],
  [[1, 3], 0.4, 2],
  [[10, 9, 100, 1], 0.25, 9.5],
  [[1, 2, 3, 6], 0, 3],
  [[-5, 1, 2, 3, 90], 0.4, 2],
])('of %j without a share of %d at each end is %d', (values, share, mean) => {
  expect(trimmedMean(values, share)).toBeCloseTo(mean, 12);
});

test.each([
  [[], 0.2],
  [[1], 0.5],
  [[1], -0.1],
  [[1], NaN],
])('refuses %j and %d', (values, share) => {
  expect(() => trimmedMean(values, share)).toThrow(RangeError);
});
