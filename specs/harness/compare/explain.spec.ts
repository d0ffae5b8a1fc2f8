import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explain } from '../../../src/compare/explain.ts';
import { ulpDistance } from '../../../src/compare/ulp.ts';
import { f32, f64, of } from './making.ts';

test('gives the worst elements first, with index and ULP', () => {
  const actual = of('float32', [2, 3], [1, 2 + 2 ** -22, 3, 4.5, 5, -7]);
  const expected = of('float32', [2, 3], [1, 2, 3, 4, 5, -6]);
  expect(explain(actual, expected, { top: 2 }).worst).toEqual([
    { index: [1, 2], actual: -7, expected: -6, difference: -1, ulp: 2 ** 21 },
    { index: [1, 0], actual: 4.5, expected: 4, difference: 0.5, ulp: 2 ** 20 },
  ]);
  expect(explain(actual, expected, { top: 10 }).worst).toHaveLength(3);
  expect(explain(actual, expected, { top: 0 }).worst).toEqual([]);
  expect(explain(actual, expected, { top: 1 }).maxUlp).toBe(2 ** 21);
});

test('of equal differences the first stays first', () => {
  const { worst } = explain(f32(1, 2, 3, 4), f32(0, 1, 2, 3), { top: 2 });
  expect(worst.map(({ index }) => index)).toEqual([[0], [1]]);
});

test('NaN and infinity come before all, but not where they agree', () => {
  const actual = f64(NaN, 9, Infinity, -Infinity, NaN);
  const expected = f64(1, 0, Infinity, Infinity, NaN);
  const found = explain(actual, expected, { top: 9 });
  expect(found.worst.map(({ index, ulp }) => [...index, ulp])).toEqual([
    [0, null],
    [3, null],
    [4, null],
    [1, expect.any(Number)],
  ]);
  expect(found.histogram).toEqual({ edges: [1, 10], counts: [1] });
  const allowed = explain(actual, expected, { top: 9, nan: 'equal' });
  expect(allowed.worst.map(({ index }) => index)).toEqual([[0], [3], [1]]);
});

test('counts differences by decade, from the smallest to the greatest', () => {
  const found = explain(f64(0.001, 0.0099, 0.5, 10, 0, 9.99), f64(0, 0, 0, 0, 0, 0), { top: 1 });
  expect(found.histogram).toEqual({ edges: [1e-3, 1e-2, 0.1, 1, 10, 100], counts: [2, 0, 1, 1, 1] });
  expect(explain(f64(1), f64(1), { top: 1 }).histogram).toEqual({ edges: [], counts: [] });
});

test('each power of ten opens its own decade, down to the last denormal', () => {
  for (let decade = -323; decade <= 308; decade += 1) {
    const edge = Number(`1e${decade}`);
    expect(explain(f64(edge), f64(0), { top: 0 }).histogram.edges[0]).toBe(edge);
  }
  expect(explain(f64(9.999999999999998), f64(0), { top: 0 }).histogram.edges).toEqual([1, 10]);
  expect(explain(f64(Number.MIN_VALUE), f64(0), { top: 0 }).histogram.counts).toEqual([1]);
  expect(explain(f64(Number.MAX_VALUE), f64(0), { top: 0 }).histogram.counts).toEqual([1]);
});

test('finds the worst in later blocks', () => {
  const data = new Float32Array(30_000);
  data[20_001] = 2;
  data[9000] = -1;
  const { worst } = explain(
    { dtype: 'float32', dims: [30_000], data },
    of('float32', [30_000], Array(30_000).fill(0)),
    { top: 2 },
  );
  expect(worst.map(({ index }) => index[0])).toEqual([20_001, 9000]);
});

test('64-bit integers keep their exact difference; no integer has ULPs', () => {
  const big = 2n ** 60n;
  const found = explain(
    { dtype: 'int64', dims: [1], data: BigInt64Array.of(big + 3n) },
    { dtype: 'int64', dims: [1], data: BigInt64Array.of(big) },
    { top: 1 },
  );
  expect(found).toMatchObject({ maxUlp: null, worst: [{ difference: 3, ulp: null }] });
});

test('what cannot be compared has nothing to explain', () => {
  expect(explain(f32(1), f32(1, 2), { top: 3 })).toEqual({
    worst: [],
    histogram: { edges: [], counts: [] },
    maxUlp: 0,
  });
});

test.each([
  ['float16', 1, 1 + 2 ** -10, 1],
  ['float16', -(2 ** -24), 2 ** -24, 2],
  ['float32', 1, 1 + 2 ** -23, 1],
  ['float32', 1, 1 - 2 ** -24, 1],
  ['float32', 0, -0, 0],
  ['float32', -(2 ** -149), 2 ** -149, 2],
  ['float32', 2 ** -149, -0, 1],
  ['float64', 1, 1 + 2 ** -52, 1],
  ['float64', 0, -0, 0],
  ['float64', -5e-324, 5e-324, 2],
  ['float64', 1, 2, 2 ** 52],
  ['float64', -1, -1 - 2 ** -52, 1],
  ['float64', 2 ** 32 - 2 ** -21, 2 ** 32, 1],
] as const)('%s: %d and %d are %d ULP apart', (dtype, a, e, ulp) => {
  expect(ulpDistance(dtype)?.(a, e)).toBe(ulp);
  expect(ulpDistance(dtype)?.(e, a)).toBe(ulp);
});

test('a reference is rounded to the dtype of the output before ULPs are counted', () => {
  expect(explain(f32(1 + 2 ** -23), f64(1 + 2 ** -40), { top: 1 }).worst[0]?.ulp).toBe(1);
});

test('float32 ULPs are steps of its ordered bits', () => {
  fc.assert(
    fc.property(
      fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 127, min: -(2 ** 127) }),
      fc.integer({ min: 0, max: 100 }),
      (from, steps) => {
        const cell = new Float32Array([Math.abs(from)]);
        const bits = new Uint32Array(cell.buffer);
        bits[0] = bits[0]! + steps;
        const to = Math.sign(from) < 0 ? -cell[0]! : cell[0]!;
        expect(ulpDistance('float32')?.(to, from)).toBe(steps);
      },
    ),
    { seed: 3, numRuns: 500 },
  );
});
