import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kneeOf } from '../../../src/stats/knee.ts';
import type { Rate } from '../../../src/stats/knee.ts';

const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** A call that costs `fixed` seconds and `each` more for every input. */
const curve = (fixed: number, each: number): Rate[] =>
  sizes.map((batch) => ({ batch, throughput: batch / (fixed + each * batch) }));

describe('the knee', () => {
  test.each([
    ['is at batch 1 where a call costs nothing', curve(0, 1e-3), { batch: 1, gain: 1, passed: true }],
    // 32 / 33 of what it tends to, where 16 / 17 is less than 95 % of 256 / 257.
    ['is at 32 where a call costs as much as an input', curve(1e-3, 1e-3), { batch: 32, passed: true }],
    ['is at 128 where it costs as much as ten', curve(1e-2, 1e-3), { batch: 128, passed: true }],
    ['was not passed where throughput still grows', curve(1, 1e-6), { batch: 256, passed: false }],
    [
      'is before a cliff',
      [1, 2, 3, 2.9, 0.1].map((throughput, i) => ({ batch: 2 ** i, throughput })),
      { batch: 4, share: 1, gain: 3, passed: true },
    ],
  ])('%s', (_, points, expected) => {
    expect(kneeOf(points)).toMatchObject(expected);
  });

  test('says no gain over batch 1 where that was not measured, and nothing of nothing', () => {
    expect(kneeOf([{ batch: 8, throughput: 3 }])).toEqual({
      batch: 8,
      throughput: 3,
      share: 1,
      gain: null,
      passed: false,
    });
    expect(kneeOf([])).toBeNull();
  });

  const points = fc.uniqueArray(
    fc.record({
      batch: fc.integer({ min: 1, max: 4096 }),
      throughput: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    }),
    { minLength: 1, selector: ({ batch }) => batch },
  );

  test('is the smallest batch with 95 % of the best, in whatever order and unit the points come', () => {
    fc.assert(
      fc.property(points, fc.constantFrom(0.5, 4), (some, unit) => {
        const knee = kneeOf(some);
        const best = Math.max(...some.map(({ throughput }) => throughput));
        const able = some.filter(({ throughput }) => throughput >= 0.95 * best).map(({ batch }) => batch);
        expect(knee?.batch).toBe(Math.min(...able));
        expect(knee?.passed).toBe(some.some(({ batch }) => batch > Math.min(...able)));
        expect(kneeOf(some.toReversed())).toEqual(knee);
        expect(kneeOf(some.map((p) => ({ ...p, throughput: p.throughput * unit })))?.batch).toBe(knee?.batch);
      }),
    );
  });
});
