/**
 * The peers' rules decide as the tools do. Expected values come from the tools themselves, run on the same numbers: benchstat (golang.org/x/perf 22c9c6c),
 * criterion 0.7 (through iter_custom), tachometer 0.7.2's stats.js, asv's _stats.py (7032df7) and Pinpoint's compare (f27057b, 39a3806).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bench } from '../support/bench.ts';

const { peers } = await bench('gate/peers/all.mjs');
const { uOf, exactP } = await bench('gate/statistics/u-test.mjs');
const asv = await bench('gate/peers/asv.mjs');
const benchstat = await bench('gate/peers/benchstat.mjs');
const criterion = await bench('gate/peers/criterion.mjs');
const github = await bench('gate/peers/github-action-benchmark.mjs');
const pinpoint = await bench('gate/peers/pinpoint.mjs');
const tachometer = await bench('gate/peers/tachometer.mjs');
const tango = await bench('gate/peers/tango.mjs');
const ten = await bench('gate/peers/ten-percent.mjs');
const vitest = await bench('gate/peers/vitest.mjs');

const range = (from: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + step * index);

const clear = { a: range(100, 1, 6), b: range(110, 1, 6) };
const faint = {
  a: [10.1, 10.4, 9.9, 10.2, 10.0, 10.3, 10.6, 9.8, 10.5, 10.7],
  b: [10.35, 10.8, 10.25, 10.55, 10.15, 10.9, 10.65, 10.45, 10.05, 11.0],
};
const tied = { a: [5, 5, 6, 7, 7, 8, 9, 9], b: [6, 7, 8, 8, 9, 10, 10, 11, 12] };
const outlier = {
  a: [1.0, 1.02, 1.01, 1.03, 0.99, 1.0, 1.04, 1.05, 0.98, 1.01, 1.02, 1.0],
  b: [1.05, 1.07, 1.06, 1.08, 1.04, 1.1, 1.09, 1.03, 1.06, 1.05, 1.07, 1.2],
};
const wide = { a: range(2, 0.1, 20), b: range(2.55, 0.1, 20) };

it.each([
  [clear, 0.002],
  [faint, 0.105],
  [tied, 0.052],
  [outlier, 0.0],
  [wide, 0.009],
])('benchstat prints this p-value', ({ a, b }, printed) => {
  expect(exactP(a, b)).toBeCloseTo(printed, 3);
  expect(benchstat.evidence(a, b)).toBeCloseTo(-Math.log10(exactP(a, b)), 12);
  expect(benchstat.evidence(b, a)).toBe(0);
});

it('counts a pair of equal values a half', () => {
  expect(uOf([1, 2], [2, 3]).u).toBe(3.5);
  expect(exactP([1, 1], [1, 1])).toBe(1);
});

it.each([
  [clear, 0.0050748681, 0.001299744],
  [faint, 0.1041098897, 0.6750781537],
  [tied, 0.0520842212, 0.2789504836],
  [outlier, 0.0001175798, 0.0009152541],
  [wide, 0.0105812114, 0.2752688673],
])('Pinpoint computes these p-values', ({ a, b }, mannWhitney, kolmogorov) => {
  expect(pinpoint.mannWhitneyP(a, b)).toBeCloseTo(mannWhitney, 9);
  expect(pinpoint.kolmogorovP(a, b)).toBeCloseTo(kolmogorov, 9);
  expect(pinpoint.differenceP(a, b)).toBe(Math.min(pinpoint.mannWhitneyP(a, b), pinpoint.kolmogorovP(a, b)));
});

it('Pinpoint stops after ten runs that look the same, and goes on after ten that do not', () => {
  const steady = range(1, 0.01, 20);
  const late = [...range(1, 0.01, 10), ...range(5, 0.01, 10)];
  expect(pinpoint.inBatches(steady, late)).toBeLessThan(2);
  const doubtful = [...range(1.03, 0.01, 10), ...range(5, 0.01, 10)];
  expect(pinpoint.inBatches(steady, doubtful)).toBeGreaterThan(2);
});

it.each([
  [clear, 0.002164502164501989, false],
  [faint, 0.10512243174781866, false],
  [tied, 0.11394487865076115, false],
  [outlier, 3.328210354720961e-5, true],
  [wide, 0.009483607191205447, false],
])('asv computes this p-value and sees a difference below 0.002', ({ a, b }, p, differs) => {
  expect(asv.differenceP(a, b)).toBeCloseTo(p, 12);
  expect(asv.worseBy(a, b) > -Infinity).toBe(differs);
});

it('asv compares medians', () => {
  expect(asv.worseBy(range(1, 0.01, 10), range(2, 0.01, 10))).toBeCloseTo(2.045 / 1.045 - 1, 12);
});

it.each([
  [clear, 0.0691206335, 0.1260013177],
  [faint, -0.0053877717, 0.0570950888],
  [tied, -0.0431903889, 0.6146189603],
  [outlier, 0.030803986, 0.0926528042],
  [wide, 0.0408052187, 0.3320761373],
])('tachometer computes this interval', ({ a, b }, low, high) => {
  const interval = tachometer.relativeDifference(a, b);
  expect(interval.low).toBeCloseTo(low, 7);
  expect(interval.high).toBeCloseTo(high, 7);
});

describe('tachometer stops at the first look that is on one side of the horizon', () => {
  const a = range(1, 0, 30).map((value, index) => value + 0.01 * (index % 5));
  const shifted = (by: number): number[] => a.map((value) => value + by);

  it('slower at the first look', () => {
    expect(tachometer.horizonPassed(a, shifted(0.1), 10)).toBeGreaterThan(0);
  });

  it('faster first: what comes later is not seen', () => {
    const b = [...shifted(-0.1).slice(0, 10), ...shifted(1).slice(10)];
    expect(tachometer.horizonPassed(a, b, 10)).toBeLessThan(0);
  });

  it('undecided first, slower later', () => {
    const b = [...a.slice(0, 10), ...shifted(0.5).slice(10)];
    expect(tachometer.relativeDifference(a.slice(0, 10), b.slice(0, 10)).low).toBeLessThan(0);
    expect(tachometer.horizonPassed(a, b, 10)).toBeGreaterThan(0);
  });
});

it.each([
  [faint, 0.08, 0.000962, false],
  [outlier, 0.0, 0.037736, true],
  [wide, 0.01, 0.06192, true],
  [{ a: wide.a, b: [2.2, 2.3, 2.5, ...range(2.75, 0.1, 17)] }, 0.04, 0.007188, false],
])(
  'criterion prints this p-value and lower bound, within the chance of its bootstrap',
  ({ a, b }, p, low, regressed) => {
    const found = criterion.compare(a, b);
    expect(Math.abs(found.p - p)).toBeLessThan(0.02);
    expect(Math.abs(found.low - low)).toBeLessThan(0.015);
    expect(criterion.surelySlowerBy(a, b) > 0.01).toBe(regressed);
  },
);

it('tango divides the mean difference by its standard error', () => {
  // Differences 1, 2, 3, 2: mean 2, variance 2/3, standard error 0.408, z 4.9; the base has mean 100.
  expect(tango.pairedDifference([100, 100, 100, 100], [101, 102, 103, 102])).toBeCloseTo(0.02, 12);
  // Differences -2, 4, -2, 4: mean 1, standard error 1.73, z 0.58.
  expect(tango.pairedDifference([100, 100, 100, 100], [98, 104, 98, 104])).toBe(-Infinity);
  expect(tango.pairedDifference([100, 100, 100, 100], [99, 98, 97, 98])).toBeCloseTo(-0.02, 12);
});

it('Vitest compares means, and a retried test fails where every attempt does', () => {
  const slow = { a: [[1, 3]], b: [[2, 4]] };
  expect(vitest.slowerBy(slow)).toBeCloseTo(0.5, 12);
  expect(vitest.slowerInEvery([slow, { a: [[2]], b: [[2]] }])).toBe(0);
});

it('github-action-benchmark divides the current value by the previous one', () => {
  expect(github.worseBy(100, 200)).toBe(1);
  expect(peers[1].protocols.default.threshold).toBe(1);
});

it('the 10 % threshold compares medians', () => {
  expect(ten.medianUp({ a: [[1, 2, 90]], b: [[3, 3, 3]] })).toBe(0.5);
});

/** Twenty pairs of noise whose second arm takes `factor` as long. */
const window = (factor: number, unit = 1, noise = 0.05): object[] =>
  Array.from({ length: 20 }, (_, pair) => ({
    pair,
    blocks: Array.from({ length: 6 }, (__, block) => ({
      order: block % 2 === 0 ? 'ABBA' : 'BAAB',
      reference: [],
      visits: [0, 1, 2, 3].map((visit) =>
        Array.from({ length: 6 }, (___, call) => {
          const isB = (block % 2 === 0 ? 'ABBA' : 'BAAB')[visit] === 'B';
          const wobble = ((pair * 7919 + block * 104_729 + visit * 1299 + call * 15_485) % 1009) / 1009;
          return unit * (isB ? factor : 1) * (1 + noise * wobble);
        }),
      ),
    })),
  }));

describe.each<any>(peers)('$name', (peer) => {
  it('sees a fivefold slowdown, and none in a speed-up, by either protocol', () => {
    for (const { score, threshold } of Object.values<any>(peer.protocols)) {
      expect(score(window(5))).toBeGreaterThan(threshold);
      expect(score(window(0.2))).toBeLessThanOrEqual(threshold);
    }
  });

  it('says the same whatever the unit of time is', () => {
    fc.assert(
      fc.property(fc.constantFrom(1e-9, 1e-6, 1e-3, 1e3), fc.constantFrom(0.97, 1.01, 1.1), (unit, factor) => {
        for (const { score, threshold } of Object.values<any>(peer.protocols)) {
          const [plain, scaled] = [score(window(factor)), score(window(factor, unit))];
          if (Number.isFinite(plain)) expect(scaled).toBeCloseTo(plain, 6);
          else expect(scaled).toBe(plain);
          expect(scaled > threshold).toBe(plain > threshold);
        }
      }),
      { numRuns: 6 },
    );
  });

  it('names its source, its knob and how it would have been run', () => {
    expect(peer).toMatchObject({ source: expect.stringMatching(/./), knob: expect.stringMatching(/./) });
    for (const { what } of Object.values<any>(peer.protocols)) expect(what).not.toBe('');
  });
});
