import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../../src/stats/random.ts';
import { pairLogRatio, pooledLogRatio } from '../../../src/stats/pair-ratio.ts';
import { nearMinimum, tailOf } from '../../../src/stats/visit.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { drawPair } from '../support/noise.ts';

const pairOf = (...blocks: [order: string, visits: number[][]][]): Pair => ({
  pair: 0,
  blocks: blocks.map(([order, visits]) => ({ order, visits, reference: [] })),
});
const ratio = (pair: Pair): number => Math.exp(pairLogRatio(pair, nearMinimum));

test('is B over A, whatever the order', () => {
  expect(ratio(pairOf(['ABBA', [[1], [2], [2], [1]]]))).toBeCloseTo(2, 12);
  expect(ratio(pairOf(['BAAB', [[2], [1], [1], [2]]]))).toBeCloseTo(2, 12);
  expect(ratio(pairOf(['AB', [[1], [2]]]))).toBeCloseTo(2, 12);
});

test('steady drift cancels, also where every block has the same order', () => {
  for (const order of ['ABBA', 'BAAB'])
    for (const speed of [1.001, 1.02, 0.97]) {
      const pair = drawPair(randomFrom(1), 0, {
        offset: () => 0,
        call: () => 1,
        drift: (visit) => speed ** visit,
        order: () => order,
      });
      expect(ratio(pair)).toBeCloseTo(1, 12);
    }
});

test('a disturbed visit in every third block changes nothing', () => {
  const quiet = drawPair(randomFrom(2), 0, { call: () => 1, blocks: 9 });
  const disturbed: Pair = {
    ...quiet,
    blocks: quiet.blocks.map((block, index) =>
      index % 3 === 0 ? { ...block, visits: block.visits.map((v, i) => (i === 1 ? v.map((x) => 3 * x) : v)) } : block,
    ),
  };
  expect(ratio(disturbed)).toBeCloseTo(ratio(quiet), 12);
});

test('one block of two may be wild', () => {
  expect(ratio(pairOf(['ABBA', [[1], [2], [2], [1]]], ['ABBA', [[1], [900], [2], [1]]]))).toBeCloseTo(2, 12);
});

describe('visits of a block are thinned to the shortest', () => {
  test('since more calls would find a lower minimum', () => {
    expect(ratio(pairOf(['ABBA', [[3], [1, 3, 1], [1, 3], [1, 3]]]))).toBeCloseTo(1, 12);
  });

  test.each([true, false])('evenly, so that neither arm is favoured; sorted: %s', (sorted) => {
    const random = randomFrom(11);
    const visit = (length: number): number[] => {
      const calls = Array.from({ length }, () => 1 + 0.05 * random());
      return sorted ? calls.toSorted((a, b) => a - b) : calls;
    };
    const datum = (): number => pairLogRatio(pairOf(['ABBA', [visit(5), visit(50), visit(50), visit(5)]]), nearMinimum);
    const mean = Array.from({ length: 500 }, datum).reduce((sum, value) => sum + value, 0) / 500;
    // The first ones of fifty that are sorted would be 1.2 % faster.
    expect(Math.abs(mean)).toBeLessThan(0.003);
  });
});

test('slowing B by x shifts the datum by log(1 + x), turning the arms changes its sign', () => {
  const random = () => randomFrom(3);
  const arms = (order: string) => (factor: number, turned: boolean) => {
    const { blocks } = drawPair(random(), 0, { factor, order: () => order });
    const letters = turned ? order.replaceAll(/[AB]/g, (arm) => (arm === 'A' ? 'B' : 'A')) : order;
    return { pair: 0, blocks: blocks.map((block) => ({ ...block, order: letters })) };
  };
  for (const of of [nearMinimum, tailOf])
    for (const log of [pairLogRatio, pooledLogRatio]) {
      const at = arms('ABBA');
      expect(log(at(1.02, false), of) - log(at(1, false), of)).toBeCloseTo(Math.log(1.02), 12);
      expect(log(at(1, true), of)).toBeCloseTo(-log(at(1, false), of), 12);
    }
});

describe('one or two calls a visit', () => {
  test.each([1, 2])(
    '%d: bursts that double one call in ten leave the datum within 2 % nineteen times in twenty',
    (calls) => {
      const random = randomFrom(40 + calls);
      const burst = (r: () => number): number => (1 + 0.005 * r()) * (r() < 0.1 ? 2 : 1);
      const data = Array.from({ length: 400 }, (_, index) =>
        Math.abs(
          pairLogRatio(drawPair(random, index, { blocks: 8, calls, call: burst, offset: () => 0 }), nearMinimum),
        ),
      );
      expect(data.filter((value) => value < 0.02).length / data.length).toBeGreaterThan(0.95);
    },
  );
});
