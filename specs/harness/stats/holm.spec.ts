import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holm } from '../../../src/stats/holm.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { luck } from '../support/noise.ts';

test.each([
  [[0.01], 0.01, [true]],
  [[0.011], 0.01, [false]],
  [[0.006, 0.004], 0.01, [true, true]],
  [[0.006, 0.0051], 0.01, [false, false]],
  // The published example (Holm, 1979): 0.01, 0.005 and no further at 5 %.
  [[0.01, 0.04, 0.03, 0.005], 0.05, [true, false, false, true]],
  [[], 0.05, []],
  [[NaN, 0.001], 0.05, [false, true]],
])('%j at %d', (p, alpha, believed) => {
  expect(holm(p, alpha)).toEqual(believed);
});

test('believes all that Bonferroni does, and nothing above alpha', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { maxLength: 12 }), (p) => {
      const believed = holm(p, 0.05);
      const sure = p.map((value) => value <= 0.05 / p.length);
      const possible = p.map((value) => value <= 0.05);
      expect(believed.map((yes, index) => yes || !sure[index])).not.toContain(false);
      expect(believed.map((yes, index) => !yes || possible[index])).not.toContain(false);
    }),
  );
});

test('twenty null tests, independent or all the same: any false belief at most alpha often', () => {
  const random = randomFrom(12);
  for (const draw of [() => Array.from({ length: 20 }, random), () => Array.from({ length: 20 }).fill(random())]) {
    const trials = 20_000;
    let wrong = 0;
    for (let i = 0; i < trials; i += 1) wrong += holm(draw() as number[], 0.01).includes(true) ? 1 : 0;
    expect(wrong / trials).toBeLessThan(0.01 + luck(0.01, trials));
  }
});
