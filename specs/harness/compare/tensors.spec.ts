import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTensors, isMatch } from '../../../src/compare/tensors.ts';
import { toleranceFor } from '../../../src/compare/tolerance.ts';
import type { Tolerance } from '../../../src/compare/comparison.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src/tensor/float16.ts';
import type { Dtype, Tensor } from '../../../src/tensor/tensor.ts';
import { f32, f64, logits, mapped, of, oracle, scaleTolerance } from './making.ts';

const float32 = toleranceFor('float32');
const compare = (actual: Tensor, expected: Tensor, tolerance: Tolerance = float32) =>
  compareTensors(actual, expected, tolerance, 'logits');

describe('L0, structure', () => {
  test.each([
    [
      'rank',
      of('float32', [2, 3], [1, 2, 3, 4, 5, 6]),
      of('float32', [6], [1, 2, 3, 4, 5, 6]),
      'dims are [2, 3], expected [6]',
    ],
    ['axis', of('float32', [2, 1], [1, 2]), of('float32', [1, 2], [1, 2]), 'dims are [2, 1], expected [1, 2]'],
    ['scalar against one element', of('float32', [], [1]), of('float32', [1], [1]), 'dims are [], expected [1]'],
    ['a narrower reference', f64(1), f32(1), 'dtype is float64, expected float32'],
    ['floats against integers', f32(1), of('int32', [1], [1]), 'dtype is float32, expected int32'],
    ['integers of two widths', of('int32', [1], [1]), of('int64', [1], [1]), 'dtype is int32, expected int64'],
    ['integers against floats', of('int32', [1], [1]), f64(1), 'dtype is int32, expected float64'],
    ['bits of float16 against uint8', of('uint8', [1], [1]), of('bool', [1], [1]), 'dtype is uint8, expected bool'],
    [
      'data shorter than dims',
      f32(1),
      { ...f32(1), data: new Float32Array(0) },
      'dims [1] need 1 elements, data has 0',
    ],
    ['data longer than dims', { ...f32(1), data: new Float32Array(2) }, f32(1), 'dims [1] need 1 elements, data has 2'],
  ])('refuses %s', (_, actual, expected, sentence) => {
    const found = compare(actual, expected);
    expect(found).toMatchObject({ structure: sentence, excess: Infinity, output: 'logits', identical: 0 });
    expect([found.maxAbs, found.rms, found.nmse]).toEqual([NaN, NaN, NaN]);
    expect(found).toMatchObject({ dims: actual.dims, dtype: actual.dtype, mismatched: found.count });
    expect(found.passing).toEqual({ atol: Infinity, rtol: Infinity });
    expect(isMatch(found)).toBe(false);
  });

  test.each<[Dtype, Dtype]>([
    ['float32', 'float64'],
    ['float16', 'float32'],
    ['float16', 'float64'],
    ['float64', 'float64'],
  ])('judges %s against a reference in %s', (actual, expected) => {
    const found = compare(of(actual, [2, 1], [1, 2.5]), of(expected, [2, 1], [1, 2.5]));
    expect(found).toMatchObject({
      structure: null,
      dtype: actual,
      dims: [2, 1],
      count: 2,
      identical: 2,
      excess: 0,
      maxAbs: 0,
    });
  });

  test('an empty tensor has nothing to differ in, and says so in its numbers', () => {
    const found = compare(of('float32', [0, 3], []), of('float32', [0, 3], []));
    expect(found).toMatchObject({
      structure: null,
      count: 0,
      mismatched: 0,
      rms: 0,
      nmse: 0,
      excess: 0,
      maxAbs: 0,
    });
  });
});

describe('NaN and infinity', () => {
  const both = { ...float32, nan: 'equal' } as const;
  test.each([
    ['NaN on both sides', NaN, NaN, float32, false],
    ['NaN on both sides, allowed', NaN, NaN, both, true],
    ['NaN in actual only', NaN, 1, both, false],
    ['NaN in expected only', 1, NaN, both, false],
    ['NaN against infinity', NaN, Infinity, both, false],
    ['infinities', Infinity, Infinity, float32, true],
    ['negative infinities', -Infinity, -Infinity, float32, true],
    ['(-Infinity, Infinity)', -Infinity, Infinity, both, false],
    ['(Infinity, -Infinity)', Infinity, -Infinity, float32, false],
    ['infinite actual', Infinity, 6e4, float32, false],
    ['infinite expected', 6e4, Infinity, float32, false],
    ['zeros of both signs', -0, 0, float32, true],
    ['zeros of both signs, the other way', 0, -0, float32, true],
  ])('%s', (_, a, e, tolerance, passes) => {
    for (const dtype of ['float32', 'float64', 'float16'] as const) {
      const found = compare(of(dtype, [3], [1, a, 2]), of(dtype, [3], [1, e, 2]), tolerance);
      expect(isMatch(found)).toBe(passes);
      expect(found.mismatched).toBe(passes ? 0 : 1);
      expect(found.identical).toBe(passes ? 3 : 2);
      expect(found.structure === null).toBe(passes);
    }
  });

  test('names the first fault and its place, and gives no aggregate', () => {
    const found = compare(of('float32', [2, 2], [1, 2, NaN, Infinity]), of('float32', [2, 2], [1, 2.5, 3, 4]));
    expect(found.structure).toBe(
      '2 of 4 elements are NaN or infinite and not the same allowed value; first [1, 0] actual NaN expected 3',
    );
    expect(found).toMatchObject({ mismatched: 3, maxAbs: 0.5, nmse: NaN, excess: Infinity });
    expect(found.passing).toEqual({ atol: Infinity, rtol: Infinity });
  });

  test('a fault in the very first element stays the first, within its block and over blocks', () => {
    const values = new Float32Array(9000);
    const broken = values.slice();
    for (const at of [0, 2, 8999]) broken[at] = NaN;
    const dims = [9000];
    const found = compare({ dtype: 'float32', dims, data: broken }, { dtype: 'float32', dims, data: values });
    expect(found.structure).toMatch(/^3 of 9000 .* first \[0\] actual NaN expected 0$/);
  });

  test('no exact tolerance makes up for a fault', () => {
    const zero = { atol: 0, rtol: 0, nmse: 0, nan: 'refuse' } as const;
    const found = compare(f32(NaN, 1), f32(1, 1), zero);
    expect(found).toMatchObject({ excess: Infinity, passing: { atol: Infinity, rtol: Infinity } });
  });

  test('an infinite element loosens nothing for the others', () => {
    const found = compare(f32(Infinity, 1.001), f32(Infinity, 1));
    expect(found).toMatchObject({ structure: null, mismatched: 1, identical: 1, rms: 1 });
  });

  test('the first fault is the first over all blocks', () => {
    const values = Float32Array.from({ length: 30_000 }, (_, i) => i % 7);
    const broken = values.slice();
    broken[9000] = broken[20_000] = NaN;
    const found = compare(
      { dtype: 'float32', dims: [30_000], data: broken },
      { dtype: 'float32', dims: [30_000], data: values },
    );
    expect(found.structure).toContain('2 of 30000');
    expect(found.structure).toContain('first [9000]');
  });
});

describe('L1 and L3', () => {
  test('the absolute part grows with rms(expected), but never shrinks below 1', () => {
    const tolerance = { atol: 0.01, rtol: 0, nmse: Infinity, nan: 'refuse' } as const;
    expect(compare(f64(10.099, 10), f64(10, 10), tolerance).mismatched).toBe(0);
    expect(compare(f64(10.101, 10), f64(10, 10), tolerance).mismatched).toBe(1);
    expect(compare(f64(0.1099, 0.1), f64(0.1, 0.1), tolerance).mismatched).toBe(0);
    expect(compare(f64(0.1101, 0.1), f64(0.1, 0.1), tolerance).mismatched).toBe(1);
  });

  test('an excess is |d| / (atol * max(1, rms) + rtol * |e|), and passing is the tolerance times it', () => {
    const tolerance = { atol: 0.01, rtol: 0.02, nmse: Infinity, nan: 'refuse' } as const;
    const found = compare(f64(3.5, -4), f64(3, -4), tolerance);
    const ratio = 0.5 / (0.01 * Math.sqrt(12.5) + 0.02 * 3);
    expect(found.excess).toBeCloseTo(ratio, 12);
    expect(found.passing.atol).toBeCloseTo(0.01 * ratio, 12);
    expect(found.passing.rtol).toBeCloseTo(0.02 * ratio, 12);
    expect(found).toMatchObject({ mismatched: 1, maxAbs: 0.5, identical: 1, tolerance });
  });

  test('an aggregate error beyond NMSE fails though each element passes, by the root of its ratio', () => {
    const tolerance = { atol: 1, rtol: 0, nmse: 1e-4, nan: 'refuse' } as const;
    const found = compare(f64(3.3, 4.4), f64(3, 4), tolerance);
    expect(found.nmse).toBeCloseTo(0.01, 12);
    expect(found.excess).toBeCloseTo(10, 9);
    expect(found.mismatched).toBe(0);
    expect(found.passing.atol).toBeLessThan(1);
  });

  test('against zeros throughout, NMSE is the mean square of the difference', () => {
    expect(compare(f32(0.25, 0), f32(0, 0)).nmse).toBe(0.03125);
    expect(compare(f64(0.25, 0), f64(0, 0)).nmse).toBe(0.03125);
    expect(isMatch(compare(f32(1e-6, 0), f32(0, 0)))).toBe(true);
    expect(isMatch(compare(f32(1e-6, 0), f32(1e-6, 0)))).toBe(true);
  });

  test('an exact tolerance passes equal values only and knows no multiple', () => {
    const exact = { atol: 0, rtol: 0, nmse: 0, nan: 'refuse' } as const;
    expect(compare(f32(0, 1), f32(0, 1), exact)).toMatchObject({ excess: 0, passing: { atol: 0, rtol: 0 } });
    const found = compare(f32(3, 4.5), f32(3, 4), exact);
    expect(found).toMatchObject({ excess: Infinity, mismatched: 1, passing: { rtol: 0 } });
    expect(found.passing.atol).toBeCloseTo(0.5 / Math.sqrt(12.5), 12);
    const relative = compare(f32(1), f32(0), { ...exact, rtol: 0.1, nmse: Infinity });
    expect(relative).toMatchObject({ excess: Infinity, passing: { atol: 0, rtol: Infinity } });
    expect(compare(f32(1), f32(1), { ...exact, atol: Infinity }).passing).toEqual({ atol: 0, rtol: 0 });
  });

  test('with infinite atol only the aggregate is judged', () => {
    const found = compare(f64(1.1, 1), f64(1, 1), { atol: Infinity, rtol: 0, nmse: 0.01, nan: 'refuse' });
    expect(found).toMatchObject({ mismatched: 0, passing: { atol: 0, rtol: 0 } });
    expect(found.excess).toBeCloseTo(Math.sqrt(0.005 / 0.01), 9);
  });

  test.each([1e-310, 1e-200, 1e-160, 1e150, 1e200, 1.5e308])(
    'float64 around %d neither overflows nor vanishes',
    (unit) => {
      const found = compare(f64(unit, 1.01 * unit), f64(unit, unit), {
        atol: 0,
        rtol: 1,
        nmse: 1,
        nan: 'refuse',
      });
      expect(found.rms / unit).toBeCloseTo(1, 9);
      expect(found.nmse).toBeCloseTo(0.5e-4, 6);
      expect(found.excess).toBeCloseTo(0.01, 4);
    },
  );

  test('a difference beyond float64 is infinitely far, not a fault of structure', () => {
    const found = compare(f64(1.7e308, 1), f64(-1.7e308, 1), toleranceFor('float64'));
    expect(found).toMatchObject({
      structure: null,
      mismatched: 1,
      maxAbs: Infinity,
      nmse: Infinity,
      excess: Infinity,
    });
  });

  test('denormals differ', () => {
    const tiny = 2 ** -149;
    expect(compare(f32(tiny, 1), f32(0, 1))).toMatchObject({ maxAbs: tiny, identical: 1, mismatched: 0 });
  });
});

describe('integers and booleans', () => {
  const loose = { atol: 1e3, rtol: 1, nmse: 1, nan: 'equal' } as const;
  test.each(['int64', 'int32', 'uint8', 'bool'] as const)('%s is exact under any tolerance', (dtype) => {
    const found = compare(of(dtype, [3], [0, 1, 1]), of(dtype, [3], [0, 0, 1]), loose);
    expect(found).toMatchObject({
      mismatched: 1,
      identical: 2,
      maxAbs: 1,
      excess: Infinity,
      passing: { atol: Infinity, rtol: Infinity },
      count: 3,
      structure: null,
    });
    expect(found.tolerance).toEqual({ atol: 0, rtol: 0, nmse: 0, nan: 'refuse' });
    expect(compare(of(dtype, [2], [0, 1]), of(dtype, [2], [0, 1]), loose)).toMatchObject({
      excess: 0,
      passing: { atol: 0, rtol: 0 },
    });
  });

  test.each([BigInt64Array, BigUint64Array])('64-bit integers differ beyond 2^53: %o', (Store) => {
    const dtype = Store === BigInt64Array ? 'int64' : 'uint64';
    const big = 2n ** 53n;
    const found = compare(
      { dtype, dims: [2], data: Store.of(big + 1n, 5n) },
      { dtype, dims: [2], data: Store.of(big, 5n) },
    );
    expect(found).toMatchObject({ mismatched: 1, identical: 1, maxAbs: 1, structure: null });
    expect(found.rms).toBeCloseTo(Math.sqrt((2 ** 106 + 25) / 2), -3);
  });
});

const special = [0, -0, NaN, Infinity, -Infinity, 2 ** -149, 1e-40, 3e38, -3e38, 1, 1 + 2 ** -23];
const value = fc.oneof(
  fc.constantFrom(...special),
  fc.float({ noNaN: true }),
  fc.integer({ min: -4, max: 4 }).map((n) => n / 2),
);
const pairOf = (count: number) =>
  fc.array(fc.tuple(value, fc.oneof(fc.constant(0), fc.constantFrom(1e-7, -1e-6, 1e-3), fc.constant(NaN)), value), {
    minLength: 1,
    maxLength: count,
  });
const tolerance = fc.record<Tolerance>({
  atol: fc.constantFrom(0, 1e-7, 1e-5, 0.1),
  rtol: fc.constantFrom(0, 1.3e-6, 1e-3, 0.5),
  nmse: fc.constantFrom(0, 1e-9, 1e-3, 1),
  nan: fc.constantFrom('refuse', 'equal'),
});

describe('agrees with its definition', () => {
  test.each(['float32', 'float64', 'float16'] as const)('%s', (dtype) => {
    fc.assert(
      fc.property(pairOf(60), tolerance, (rows, given) => {
        // Most elements are near their reference; NaN in the middle asks for an unrelated one.
        const round = (x: number): number =>
          dtype === 'float32' ? Math.fround(x) : dtype === 'float16' ? decodeFloat16(encodeFloat16(x)) : x;
        const e = rows.map(([x]) => round(x));
        const a = rows.map(([x, change, other]) => round(Number.isNaN(change) ? other : x * (1 + change)));
        const found = compare(of(dtype, [e.length], a), of(dtype, [e.length], e), given);
        const wanted = oracle(a, e, given);
        expect(found.mismatched).toBe(wanted.mismatched);
        expect(found.identical).toBe(wanted.identical);
        expect(found.maxAbs).toBe(wanted.greatest);
        expect(Math.abs(found.rms - wanted.rms)).toBeLessThanOrEqual(1e-12 * wanted.rms);
        expect(found.structure !== null).toBe(wanted.fault);
        expect(Number.isNaN(found.nmse)).toBe(wanted.fault);
        if (wanted.fault) return;
        expect(Math.abs(found.nmse - wanted.nmse)).toBeLessThanOrEqual(1e-12 * wanted.nmse);
        expect(isMatch(found)).toBe(wanted.mismatched === 0 && wanted.nmse <= given.nmse * (1 + 1e-12));
      }),
      { seed: 11, numRuns: 1500 },
    );
  });

  test('over block borders, with every remainder of a turn', () => {
    for (const length of [1, 2, 3, 4, 5, 8191, 8192, 8193, 16_387]) {
      const e = Array.from({ length }, (_, i) => Math.fround(Math.sin(i) * 3));
      const a = e.map((x, i) => Math.fround(i % 3 === 0 ? x : x * (1 + 1e-5 * Math.cos(i * i))));
      for (const dtype of ['float32', 'float64'] as const) {
        const found = compare(of(dtype, [length], a), of(dtype, [length], e));
        const wanted = oracle(a, e, float32);
        expect(found).toMatchObject({
          mismatched: wanted.mismatched,
          identical: wanted.identical,
          maxAbs: wanted.greatest,
        });
        expect(found.nmse).toBeCloseTo(wanted.nmse, 18);
        expect(found.rms).toBeCloseTo(wanted.rms, 10);
      }
    }
  });
});

test('excess is the smallest multiple of the tolerance that passes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: -0.1, max: 0.1, noNaN: true })),
        { minLength: 1, maxLength: 30 },
      ),
      fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
      fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
      fc.double({ min: 1e-9, max: 0.1, noNaN: true }),
      (rows, atol, rtol, nmse) => {
        const e = f64(...rows.map(([x]) => x));
        const a = f64(...rows.map(([x, d]) => x + d));
        const given: Tolerance = { atol, rtol, nmse, nan: 'refuse' };
        const { excess } = compare(a, e, given);
        if (!(excess > 1e-100 && excess < 1e100)) return; // Beyond, the scaled tolerance itself vanishes or overflows.
        expect(isMatch(compare(a, e, scaleTolerance(given, excess * (1 + 1e-9))))).toBe(true);
        expect(isMatch(compare(a, e, scaleTolerance(given, excess * (1 - 1e-6))))).toBe(false);
      },
    ),
    { seed: 12, numRuns: 1000 },
  );
});

test('the sign of a difference does not matter, nor a common sign of both', () => {
  const e = logits();
  const up = mapped(e, (x, i) => x + (i % 5) * 1e-5);
  const negated = (from: Tensor): Tensor => mapped(from, (x) => -x);
  const found = compare(up, e);
  expect(compare(negated(up), negated(e))).toEqual(found);
  expect(compare(e, e)).toMatchObject({ excess: 0, identical: 640, nmse: 0 });
});

describe('a mutant of realistic logits is red', () => {
  const e = logits();
  const values = e.data as Float32Array;
  const at = (position: number): number => values[(position + values.length) % values.length]!;
  const mutants: Record<string, (x: number, position: number) => number> = {
    negate: (x) => -x,
    'round to float16': (x) => decodeFloat16(encodeFloat16(x)),
    'x 1.0005': (x) => x * 1.0005,
    '+ 1e-4': (x) => x + 1e-4,
    'swap two rows': (x, i) => (i < 10 ? at(i + 10) : i < 20 ? at(i - 10) : x),
    roll: (_, i) => at(i - 1),
    'one element + 0.01': (x, i) => (i === 333 ? x + 0.01 : x),
    'one NaN': (x, i) => (i === 333 ? NaN : x),
    'scale one channel': (x, i) => (i % 10 === 3 ? x * 1.001 : x),
    zeros: () => 0,
    'one sign': (x, i) => (i === 333 ? -x : x),
  };
  test.each(Object.entries(mutants))('%s', (_, mutate) => {
    expect(isMatch(compare(mapped(e, mutate), e))).toBe(false);
    const wide = of('float64', e.dims, [...values]);
    expect(isMatch(compare(mapped(e, mutate), wide))).toBe(false);
  });

  test('rounding of float32 itself is green', () => {
    expect(
      isMatch(
        compare(
          mapped(e, (x) => x * (1 + 2 ** -22)),
          e,
        ),
      ),
    ).toBe(true);
  });
});
