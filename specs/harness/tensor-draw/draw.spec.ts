import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signature } from '../../../src/backends/backend.ts';
import { drawFeeds, sizesOf } from '../../../src/tensor/draw.ts';
import type { DrawOptions } from '../../../src/tensor/draw.ts';
import { dtypes, elementCount, tensorBytes } from '../../../src/tensor/tensor.ts';

const options = (parts: Partial<DrawOptions> = {}): DrawOptions => ({
  seed: 7,
  batch: 3,
  dims: new Map(),
  ranges: new Map(),
  ...parts,
});
const signature = (parts: Partial<Signature> = {}): Signature => ({
  name: 'x',
  dtype: 'float32',
  dims: ['batch', 50],
  ...parts,
});

describe('drawn feeds', () => {
  test('are the same to the bit for the same seed, others for another', () => {
    const inputs = [signature(), signature({ name: 'ids', dtype: 'int64' })];
    const hex = (seed: number): string[] =>
      Object.values(drawFeeds(inputs, options({ seed }))).map((value) =>
        Buffer.from(tensorBytes(value)).toString('hex'),
      );
    expect(hex(1)).toEqual(hex(1));
    expect(hex(1)[0]).not.toBe(hex(2)[0]);
    expect(hex(1)[1]).not.toBe(hex(2)[1]);
  });

  test('fit any signature: dtype, sizes of every axis, and one tensor an input', () => {
    const axes = fc.array(fc.oneof(fc.nat(4), fc.constantFrom('batch', 'sequence', null)), { maxLength: 4 });
    const drawable = dtypes.filter((dtype) => dtype !== 'float16');
    fc.assert(
      fc.property(fc.constantFrom(...drawable), axes, fc.nat(), (dtype, dims, seed) => {
        const input = signature({ dtype, dims });
        const drawn = drawFeeds([input], options({ seed, dims: new Map([['sequence', 2]]) }));
        expect(Object.keys(drawn)).toEqual(['x']);
        expect(drawn['x']).toMatchObject({
          dtype,
          dims: sizesOf(input, options({ dims: new Map([['sequence', 2]]) })),
        });
        expect(drawn['x']?.data.length).toBe(elementCount(drawn['x']?.dims ?? []));
      }),
      { seed: 20, numRuns: 200 },
    );
  });

  test('are in [-1, 1) for floats, 0 or 1 for integers, and use all of it', () => {
    const drawn = drawFeeds(
      [signature({ dims: [1_000] }), signature({ name: 'mask', dtype: 'int32', dims: [1_000] })],
      options(),
    );
    const floats = Array.from(drawn['x']?.data ?? [], Number);
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(-1);
    expect(Math.min(...floats)).toBeLessThan(-0.98);
    expect(Math.max(...floats)).toBeLessThanOrEqual(1);
    expect(Math.max(...floats)).toBeGreaterThan(0.98);
    expect(new Set(Array.from(drawn['mask']?.data ?? [], Number))).toEqual(new Set([0, 1]));
  });

  test('are in the range of their input, both bounds of an integer included', () => {
    const ranges = new Map([['x', [2, 5] as const]]);
    for (const dtype of ['int64', 'uint64', 'int8', 'uint8'] as const) {
      const drawn = drawFeeds([signature({ dtype, dims: [500] })], options({ ranges }));
      expect(new Set(Array.from(drawn['x']?.data ?? [], Number))).toEqual(new Set([2, 3, 4, 5]));
    }
  });

  test('are not of float16, which is said', () => {
    expect(() => drawFeeds([signature({ dtype: 'float16' })], options())).toThrow('float16 inputs are not drawn');
  });
});

test.each([
  [['batch', 'sequence'], {}, [3, 16]],
  [['batch', 'sequence'], { sequence: 5 }, [3, 5]],
  [['n', null], { n: 9 }, [9, 16]],
  [[null, 1, 28], {}, [3, 1, 28]],
  [[2, 'batch'], { batch: 4 }, [2, 4]],
  [[], {}, []],
])('axes %j with sizes %j are %j', (dims, sizes, expected) => {
  expect(sizesOf(signature({ dims }), { batch: 3, dims: new Map(Object.entries(sizes)) })).toEqual(expected);
});
