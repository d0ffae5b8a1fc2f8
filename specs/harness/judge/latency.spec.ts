import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeLatency } from '../../../src/judge/latency.ts';
import { startMargins, steadyMargins } from '../../../src/judge/settings.ts';
import { normal, randomFrom, type Random } from '../../../src/stats/random.ts';
import { toSample, type Sample } from '../../../src/stats/sample.ts';

const base = [1, 1.01, 1.02, 1.03, 1.04];
const times = (factor: number, values: readonly number[] = base): Sample =>
  toSample(values.map((value) => value * factor * 1e-3));
const verdictOf = (target: Sample, baseline: Sample | undefined): string =>
  judgeLatency(target, baseline, steadyMargins).verdict;

describe('verdicts', () => {
  const noisy = [0.93, 0.97, 1, 1.07, 1.12];
  test.each([
    ['slower', 1.37, base],
    ['slower', 2, base],
    ['steady', 1, base],
    ['steady', 1.1, base],
    ['steady', 0.9, base],
    ['steady', 1.18, base],
    ['inconclusive', 1.27, noisy],
    ['faster', 0.7, base],
    ['faster', 0.01, base],
  ])('%s at %d times the baseline', (verdict, factor, baseline) => {
    expect(verdictOf(times(factor), times(1, baseline))).toBe(verdict);
  });

  test('slower wins over steady: above the margin and below the budget', () => {
    expect(verdictOf(times(1.22, [1, 1, 1, 1, 1]), times(1, [1, 1, 1, 1, 1]))).toBe('slower');
  });

  test("the margin itself is nobody's business, the budget itself is not steady", () => {
    const flat = [1, 1, 1, 1, 1];
    const margins = { margin: 0.5, budget: 1, faster: 0.5, unusable: 3 };
    const at = (factor: number): string => judgeLatency(times(factor, flat), times(1, flat), margins).verdict;
    expect(at(1.5)).toBe('steady');
    expect(at(1.5001)).toBe('slower');
    expect(at(0.5)).toBe('steady');
    expect(at(0.4999)).toBe('faster');
    expect(judgeLatency(times(2, flat), times(1, flat), { ...margins, margin: 1 }).verdict).toBe('inconclusive');
  });

  test('without a baseline unbaselined', () => {
    expect(judgeLatency(times(1), undefined, steadyMargins)).toEqual({
      verdict: 'unbaselined',
      sentences: ['no committed latency of this case on this machine: bless to commit this one'],
    });
  });

  test('unfit where equal work differs too much, with or without a baseline, and says by how much', () => {
    const wild = times(1, [1, 1.2, 1.3, 1.4, 3.1]);
    expect(verdictOf(wild, times(1))).toBe('unfit');
    expect(verdictOf(wild, undefined)).toBe('unfit');
    expect(judgeLatency(wild, times(1), steadyMargins).sentences[0]).toContain('3.1x between 5 fresh processes');
    expect(judgeLatency(wild, times(1), startMargins).verdict).not.toBe('unfit');
    expect(verdictOf(times(1, [1, 3]), undefined)).toBe('unbaselined');
  });

  test('too few processes never alarm, whatever the ratio, and say how many can', () => {
    const { verdict, sentences } = judgeLatency(times(10, [1, 1, 1, 1]), times(1), steadyMargins);
    expect(verdict).toBe('inconclusive');
    expect(sentences[1]).toBe('4 processes against 5 cannot decide: 5 fresh processes on each side can');
    expect(judgeLatency(times(10, [1]), times(1), steadyMargins).sentences[1]).toContain('1 process against 5');
    expect(verdictOf(times(0.1, [1, 1, 1, 1]), times(1))).toBe('steady');
    // Four against four have a one-sided error of 1/70 within the 5 % of a calm verdict; two against two have 1/6.
    expect(verdictOf(times(1, [1, 1, 1, 1]), times(1, [1, 1, 1, 1]))).toBe('steady');
    expect(verdictOf(times(1, [1, 1]), times(1, [1, 1]))).toBe('inconclusive');
  });
});

describe('sentences', () => {
  test('slower: how much, how sure, against what, how many', () => {
    const target = toSample([1.24, 1.3, 1.31, 1.32, 1.38]);
    const { sentences } = judgeLatency(target, toSample([1, 1, 1, 1, 1]), steadyMargins);
    expect(sentences).toEqual([
      'slower by 31 % [24, 38] than the committed baseline of this machine (5 and 5 fresh processes, false alarm <= 0.4 % were days alike)',
    ]);
  });

  test('faster: the interval in the direction told', () => {
    const { sentences } = judgeLatency(
      toSample([0.6, 0.7, 0.7, 0.7, 0.75]),
      toSample([1, 1, 1, 1, 1]),
      steadyMargins,
      'main@4c1d2e',
    );
    expect(sentences).toEqual([
      'faster by 30 % [25, 40] than main@4c1d2e (5 and 5 fresh processes, false alarm <= 0.4 % were days alike)',
    ]);
  });

  test('steady: the estimate and the bound', () => {
    const { sentences } = judgeLatency(
      toSample([1, 1.004, 1.004, 1.004, 1.013]),
      toSample([1, 1, 1, 1, 1]),
      steadyMargins,
    );
    expect(sentences).toEqual([
      '+0.4 %, at most +1.3 % against the committed baseline of this machine (5 and 5 fresh processes, budget 30 %)',
    ]);
  });

  test('inconclusive: what would settle it', () => {
    const noisy = judgeLatency(
      toSample([0.9, 1.1, 1.2, 1.3, 1.6]),
      toSample([0.85, 0.95, 1, 1.05, 1.3]),
      steadyMargins,
    );
    expect(noisy.verdict).toBe('inconclusive');
    expect(noisy.sentences[0]).toBe(
      '+20 % [-7.7 %, +52 %] against the committed baseline of this machine: neither surely slower nor surely within the budget (5 and 5 fresh processes)',
    );
    const milder = judgeLatency(toSample([0.98, 1.02, 1.1, 1.12, 1.25]), toSample([0.9, 0.96, 1, 1.03, 1.1]), {
      ...steadyMargins,
      budget: 0.2,
    });
    expect(milder.sentences[1]).toBe('about 6 fresh processes on each side would settle it');
    const hopeless = judgeLatency(toSample([0.7, 1, 1.22, 1.5, 2]), toSample([0.6, 0.8, 1, 1.3, 1.7]), steadyMargins);
    expect(hopeless.sentences[1]).toBe('only a quieter machine would settle it');
  });
});

test('every pair of samples ends in exactly one verdict with a sentence, and a slow-down never helps', () => {
  const sample = fc.array(fc.double({ min: 0.7, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 7 });
  const order = ['faster', 'steady', 'inconclusive', 'slower'];
  fc.assert(
    fc.property(sample, sample, fc.double({ min: 1, max: 5, noNaN: true }), (x, y, factor) => {
      const [target, baseline] = [toSample(x), toSample(y)];
      const now = judgeLatency(target, baseline, steadyMargins);
      const later = judgeLatency(toSample(x.map((value) => value * factor)), baseline, steadyMargins);
      expect(order).toContain(now.verdict);
      expect(now.sentences.length).toBeGreaterThan(0);
      expect(now.sentences.join()).not.toMatch(/NaN|undefined|Infinity/);
      expect(order.indexOf(later.verdict)).toBeGreaterThanOrEqual(order.indexOf(now.verdict));
    }),
  );
});

describe('operating characteristic, five against five', () => {
  /** 2,000 runs of one effect: how often each verdict falls. */
  const rates = (effect: number, noise: (random: Random) => number, seed: number): Readonly<Record<string, number>> => {
    const random = randomFrom(seed);
    const draw = (scale: number): Sample => toSample(Array.from({ length: 5 }, () => scale * noise(random)));
    const counts: Record<string, number> = { slower: 0, faster: 0, steady: 0, inconclusive: 0, unfit: 0 };
    for (let i = 0; i < 2000; i += 1) {
      const { verdict } = judgeLatency(draw(effect), draw(1), steadyMargins);
      counts[verdict] = (counts[verdict] ?? 0) + 1 / 2000;
    }
    return counts;
  };
  const lognormal = (random: Random): number => Math.exp(0.05 * normal(random));
  const heavy = (random: Random): number => {
    const u = Math.min(Math.max(random(), 1e-6), 1 - 1e-6);
    return Math.exp((0.05 * (2 * u - 1)) / Math.sqrt(2 * u * (1 - u)));
  };

  test('nothing changed: no alarms, and nearly always steady', () => {
    for (const [noise, calm] of [
      [lognormal, 0.999],
      [heavy, 0.85],
    ] as const) {
      const { slower, faster, steady } = rates(1, noise, 11);
      expect(slower).toBeLessThanOrEqual(0.001);
      expect(faster).toBeLessThanOrEqual(0.001);
      expect(steady).toBeGreaterThanOrEqual(calm);
    }
  });

  test('at the margin itself the false-alarm rate stays near 1/252', () => {
    for (const noise of [lognormal, heavy])
      expect(rates(1.15, noise, 12)['slower']).toBeLessThan(1 / 252 + 4 * Math.sqrt(1 / 252 / 2000));
  });

  test.each([
    [1.4, 0.8],
    [1.5, 0.98],
    [2, 0.99],
  ])('a true factor of %d is found (lognormal 5 %)', (effect, power) => {
    expect(rates(effect, lognormal, 13)['slower']).toBeGreaterThan(power);
  });

  test('a true factor of 2 is found under heavy tails, and 0.6 is seen as faster', () => {
    expect(rates(2, heavy, 14)['slower']).toBeGreaterThan(0.9);
    expect(rates(0.6, lognormal, 15)['faster']).toBeGreaterThan(0.95);
  });
});
