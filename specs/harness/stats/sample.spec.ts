import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidSample, maximum, median, minimum, quantile, spread, toSample } from '../../../src/stats/sample.ts';

const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const values = fc.array(positive, { minLength: 1, maxLength: 30 });

describe('toSample', () => {
  test.each([[[]], [[NaN]], [[1, Infinity]], [[-Infinity]], [[1, 0]], [[-0]], [[1, -1e-9]]])('refuses %j', (wrong) => {
    expect(() => toSample(wrong)).toThrow(InvalidSample);
  });

  test('says what is wrong', () => {
    expect(() => toSample([])).toThrow('a sample needs at least one measurement');
    expect(() => toSample([1, -2])).toThrow('finite and above zero, is -2');
  });

  test('sorts by value, not by text, and leaves the argument alone', () => {
    const given = [10, 9, 100, 1];
    expect(toSample(given)).toEqual([1, 9, 10, 100]);
    expect(given).toEqual([10, 9, 100, 1]);
  });
});

describe('quantile', () => {
  test.each([
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3], 0.5, 2],
    [[1, 2, 3, 4, 5], 0.25, 2],
    [[1, 2, 3, 4], 0.1, 1.3],
    [[7], 0.9, 7],
  ])('of %j at %d is %d (R, type 7)', (sample, p, expected) => {
    expect(quantile(toSample(sample), p)).toBeCloseTo(expected, 12);
  });

  test.each([-0.01, 1.01, NaN])('refuses p = %d', (p) => {
    expect(() => quantile(toSample([1]), p)).toThrow(RangeError);
  });

  test('runs from the minimum to the maximum and never back', () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (raw, a, b) => {
          const sample = toSample(raw);
          expect(quantile(sample, 0)).toBe(minimum(sample));
          expect(quantile(sample, 1)).toBe(maximum(sample));
          const [low, high] = [quantile(sample, Math.min(a, b)), quantile(sample, Math.max(a, b))];
          expect(low).toBeLessThanOrEqual(high * (1 + 1e-12));
        },
      ),
    );
  });
});

test('median and spread', () => {
  expect(median(toSample([3, 1, 2]))).toBe(2);
  expect(spread(toSample([3, 1, 2]))).toBe(3);
  expect(spread(toSample([5]))).toBe(1);
});
