import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, randomFrom, type Random } from '../../../src/stats/random.ts';
import { toSample, type Sample } from '../../../src/stats/sample.ts';
import { bestLevel, compareSamples, medianInterval } from '../../../src/stats/two-sample.ts';

const times = fc.array(fc.double({ min: 1e-4, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 8 });

describe('compareSamples', () => {
  test('five against five: the widest interval is the smallest and greatest pairwise ratio, level 1 - 2/252', () => {
    const { ratio, interval } = compareSamples(toSample([10, 11, 12, 13, 14]), toSample([5, 5.1, 5.2, 5.3, 5.4]), 0.99);
    expect(interval.low).toBeCloseTo(10 / 5.4, 12);
    expect(interval.high).toBeCloseTo(14 / 5, 12);
    expect(interval.level).toBeCloseTo(1 - 2 / 252, 12);
    expect(ratio).toBeGreaterThan(2);
  });

  test('takes the narrowest interval that has the level asked, and says what level that is', () => {
    const [a, b] = [toSample([10, 11, 12, 13, 14]), toSample([5, 5.1, 5.2, 5.3, 5.4])];
    const ratios = a.flatMap((x) => b.map((y) => x / y)).sort((x, y) => x - y);
    // 2 P(U <= 4) = 24/252 is within 0.1, 2 P(U <= 5) = 38/252 is not.
    const { interval } = compareSamples(a, b, 0.9);
    expect(interval.level).toBeCloseTo(1 - 24 / 252, 12);
    expect(interval.low).toBeCloseTo(ratios[4] ?? NaN, 12);
    expect(interval.high).toBeCloseTo(ratios[20] ?? NaN, 12);
    expect(compareSamples(a, b, 1 - 24 / 252 - 1e-9).interval.level).toBeCloseTo(1 - 24 / 252, 12);
  });

  test('the estimate is the median of all pairwise ratios', () => {
    expect(compareSamples(toSample([2, 8]), toSample([1]), 0.5).ratio).toBeCloseTo(4, 12);
    expect(compareSamples(toSample([2, 3, 8]), toSample([1]), 0.5).ratio).toBeCloseTo(3, 12);
  });

  test('even at level 0 the ends do not cross', () => {
    fc.assert(
      fc.property(times, times, (x, y) => {
        const { interval } = compareSamples(toSample(x), toSample(y), 0);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
      }),
    );
  });

  test('too small samples say so in their level', () => {
    expect(compareSamples(toSample([1]), toSample([2]), 0.99).interval).toEqual({
      low: 0.5,
      high: 0.5,
      level: 0,
    });
    expect(compareSamples(toSample([1, 2]), toSample([3, 4]), 0.99).interval.level).toBeCloseTo(1 - 2 / 6, 12);
    expect(bestLevel(5, 5)).toBeCloseTo(1 - 2 / 252, 12);
  });

  test('swapping the samples inverts the ratio; scaling both changes nothing; scaling one scales the ratio', () => {
    fc.assert(
      fc.property(times, times, fc.double({ min: 0.1, max: 10, noNaN: true }), (x, y, factor) => {
        const [a, b] = [toSample(x), toSample(y)];
        const there = compareSamples(a, b, 0.9);
        const back = compareSamples(b, a, 0.9);
        expect(there.ratio * back.ratio).toBeCloseTo(1, 9);
        expect(there.interval.low * back.interval.high).toBeCloseTo(1, 9);
        expect(there.interval.low).toBeLessThanOrEqual(there.ratio * (1 + 1e-9));
        expect(there.interval.high).toBeGreaterThanOrEqual(there.ratio * (1 - 1e-9));
        const scaled = compareSamples(toSample(x.map((v) => v * factor)), b, 0.9);
        expect(scaled.ratio / there.ratio / factor).toBeCloseTo(1, 9);
        expect(scaled.interval.high / there.interval.high / factor).toBeCloseTo(1, 9);
      }),
    );
  });

  test('identical samples are a ratio of one', () => {
    fc.assert(
      fc.property(times, (x) => {
        const { ratio, interval } = compareSamples(toSample(x), toSample(x), 0.95);
        expect(ratio).toBeCloseTo(1, 9);
        expect(interval.low).toBeLessThanOrEqual(1 + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(1 - 1e-12);
      }),
    );
  });
});

/** Positive noise around one; all have a median of one, so a true ratio is known. */
const noises: Readonly<Record<string, (random: Random) => number>> = {
  'lognormal, sigma 5 %': (random) => Math.exp(0.05 * normal(random)),
  // Student's t with two degrees of freedom, by its quantile function: variance is infinite.
  'heavy-tailed (t2)': (random) => {
    const u = Math.min(Math.max(random(), 1e-6), 1 - 1e-6);
    return Math.exp((0.05 * (2 * u - 1)) / Math.sqrt(2 * u * (1 - u)));
  },
  'one process in five 30 % slow': (random) => Math.exp(0.01 * normal(random)) * (random() < 0.2 ? 1.3 : 1),
};

describe.each(Object.entries(noises))('coverage under %s', (_, noise) => {
  test.each([
    [5, 5, 0.99],
    [5, 5, 0.9],
    [7, 4, 0.95],
  ])('%d against %d at %d keeps its exact level', (n, m, level) => {
    const random = randomFrom(20261123 + n + m);
    const draw = (count: number, scale: number): Sample =>
      toSample(Array.from({ length: count }, () => scale * noise(random)));
    const trials = 4000;
    let covered = 0;
    let reached = 0;
    for (let i = 0; i < trials; i += 1) {
      const { interval } = compareSamples(draw(n, 1.1), draw(m, 1), level);
      covered += interval.low <= 1.1 && 1.1 <= interval.high ? 1 : 0;
      reached = interval.level;
    }
    // Four standard errors of a binomial: a false alarm of this spec itself once in 16,000 seeds.
    const error = 4 * Math.sqrt((reached * (1 - reached)) / trials);
    expect(reached).toBeGreaterThanOrEqual(level);
    expect(covered / trials).toBeGreaterThan(reached - error);
    expect(covered / trials).toBeLessThan(reached + error);
  });
});

describe('medianInterval', () => {
  test.each([
    [5, 0.9, 1, 5, 1 - 2 / 32],
    [5, 0.99, 1, 5, 1 - 2 / 32],
    [8, 0.9, 2, 7, 1 - 18 / 256],
    [8, 0.95, 1, 8, 1 - 2 / 256],
    [1, 0.9, 1, 1, 0],
    [2, 0.1, 1, 2, 0.5],
    [3, 0, 2, 2, 0],
    [4, 0, 2, 3, 1 - 10 / 16],
    [12, 0.9, 3, 10, 1 - 158 / 4096],
  ])('of 1..%d at %d is [%d, %d] with level %d', (n, level, low, high, reached) => {
    const interval = medianInterval(toSample(Array.from({ length: n }, (_, i) => i + 1)), level);
    expect([interval.low, interval.high]).toEqual([low, high]);
    expect(interval.level).toBeCloseTo(reached, 12);
  });

  test('covers the median as often as it says', () => {
    const random = randomFrom(7);
    let covered = 0;
    for (let i = 0; i < 4000; i += 1) {
      const { low, high } = medianInterval(toSample(Array.from({ length: 8 }, () => Math.exp(normal(random)))), 0.9);
      covered += low <= 1 && 1 <= high ? 1 : 0;
    }
    expect(Math.abs(covered / 4000 - (1 - 18 / 256))).toBeLessThan(0.016);
  });
});
