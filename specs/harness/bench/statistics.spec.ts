import { describe, expect, it } from 'vitest';
import { bench } from '../support/bench.ts';

const { betaAtMost, proportionBounds, tQuantile } = await bench('gate/statistics/beta.mjs');
const { normalAtMost } = await bench('gate/statistics/u-test.mjs');

describe('bounds of a proportion', () => {
  // One-sided 95 %: none of n has 1 - 0.05^(1/n) as its upper bound; the others by solving the binomial tail.
  it.each([
    [0, 37, 0, 0.0778],
    [0, 200, 0, 0.01487],
    [2, 420, 0.000847, 0.01492],
    [19, 20, 0.783894, 0.997439],
    [20, 20, 0.860892, 1],
  ])('%i of %i', (hits, n, low, high) => {
    const bounds = proportionBounds(hits, n);
    expect(bounds.low).toBeCloseTo(low, 4);
    expect(bounds.high).toBeCloseTo(high, 4);
  });

  it.each([
    [3, 17],
    [0, 5],
    [30, 41],
    [1, 4000],
  ])('leave a twentieth of the binomial distribution at each side of %i of %i', (hits, n) => {
    const { low, high } = proportionBounds(hits, n);
    expect(binomialAtMost(hits, n, high)).toBeCloseTo(0.05, 9);
    expect(hits === 0 ? low : 1 - binomialAtMost(hits - 1, n, low)).toBeCloseTo(hits === 0 ? 0 : 0.05, 9);
  });

  it('refuses what is no proportion', () => {
    expect(() => proportionBounds(3, 2)).toThrow(RangeError);
    expect(() => proportionBounds(0.5, 2)).toThrow(RangeError);
  });
});

/** Term by term. */
function binomialAtMost(hits: number, n: number, p: number): number {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let k = 0; k <= hits; k += 1) {
    sum += term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return sum;
}

it.each([
  [0.975, 1, 12.706204736],
  [0.975, 9, 2.262157163],
  [0.975, 49, 2.009575237],
  [0.95, 19, 1.729132812],
])("Student's t at %f with %i degrees of freedom", (p, df, t) => {
  expect(tQuantile(p, df)).toBeCloseTo(t, 7);
});

it('the beta distribution is uniform at one and one, and mirrors', () => {
  expect(betaAtMost(0.3, 1, 1)).toBeCloseTo(0.3, 14);
  expect(betaAtMost(0.3, 2, 5)).toBeCloseTo(1 - betaAtMost(0.7, 5, 2), 13);
  expect([betaAtMost(-1, 2, 2), betaAtMost(2, 2, 2)]).toEqual([0, 1]);
});

it.each([
  [0, 0.5],
  [-1.959963985, 0.025],
  [1.644853627, 0.95],
  [-5, 2.866515719e-7],
])('the normal distribution at %f', (z, p) => {
  expect(normalAtMost(z) / p).toBeCloseTo(1, 8);
});
