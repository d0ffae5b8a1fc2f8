import { describe, expect, test } from 'vitest';
import { predict, studentAbove, studentQuantile } from '../../../src/stats/prediction.ts';
import { normal, randomFrom } from '../../../src/stats/random.ts';
import { luck } from '../support/noise.ts';

describe("Student's t", () => {
  // Of any table: Abramowitz and Stegun, 26.10.
  test.each([
    [0.05, 1, 6.314],
    [0.02, 2, 4.849],
    [0.05, 3, 2.353],
    [0.01, 4, 3.747],
    [0.02, 5, 2.757],
    [0.1, 6, 1.44],
    [0.01, 7, 2.998],
    [0.05, 30, 1.697],
  ])('is exceeded with probability %d, at %d degrees of freedom, from %d on', (error, freedom, quantile) => {
    expect(studentQuantile(error, freedom)).toBeCloseTo(quantile, 3);
    expect(studentAbove(studentQuantile(error, freedom), freedom)).toBeCloseTo(error, 12);
  });

  test('is symmetric about 0, and asked for whole degrees of freedom', () => {
    for (const freedom of [1, 2, 7, 8]) expect(studentAbove(0, freedom)).toBeCloseTo(0.5, 15);
    for (const freedom of [0, 1.5, Number.NaN]) expect(() => studentAbove(1, freedom)).toThrow(RangeError);
  });
});

describe('a prediction', () => {
  test('has the mean as centre, and the spread of one more value about the mean of these', () => {
    const { centre, scale, freedom } = predict([1, 2, 3]);
    expect({ centre, freedom }).toEqual({ centre: 2, freedom: 2 });
    expect(scale).toBeCloseTo(Math.sqrt(4 / 3), 12);
  });

  test('needs two values', () => {
    expect(() => predict([1])).toThrow('two values or more, not 1');
  });

  test.each([4, 8])('from %d values covers the next one as often as it says', (count) => {
    const random = randomFrom(count);
    const [runs, error] = [20_000, 0.02];
    const t = studentQuantile(error, count - 1);
    let beyond = 0;
    for (let run = 0; run < runs; run += 1) {
      const { centre, scale } = predict(Array.from({ length: count }, () => normal(random)));
      beyond += normal(random) > centre + t * scale ? 1 : 0;
    }
    expect(Math.abs(beyond / runs - error)).toBeLessThan(luck(error, runs));
  });
});
