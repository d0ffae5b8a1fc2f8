import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Artifact, ModelCard } from '../../../src/models/card.ts';
import { feedsOf, outputsOf, preprocess, rangesOf, transpose } from '../../../src/models/feeds.ts';
import { elementCount, tensor } from '../../../src/tensor/tensor.ts';

const seed = 20;
const sizes = fc.tuple(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 4 }),
);

describe('preprocess', () => {
  test('is (raw * scale - mean) / std of its channel in float64, rounded once', () => {
    const constants = fc.record({
      scale: fc.double({ min: 1e-4, max: 4, noNaN: true }),
      means: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
      stds: fc.array(fc.double({ min: 1e-3, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(sizes, constants, fc.infiniteStream(fc.nat(255)), (dims, { scale, means, stds }, values) => {
        const [, channels, height, width] = dims;
        const [mean, std] = [means.slice(0, channels), stds.slice(0, channels)];
        const raw = tensor(
          'uint8',
          dims,
          Uint8Array.from({ length: elementCount(dims) }, () => values.next().value),
        );
        const expected = Array.from(raw.data as Uint8Array, (value, index) => {
          const channel = Math.floor(index / (height * width)) % channels;
          return Math.fround((value * scale - mean[channel]!) / std[channel]!);
        });
        const result = preprocess(raw, {
          dtype: 'float32',
          preprocess: { scale, mean: mean as [number], std: std as [number] },
        });
        expect(result.dims).toEqual(dims);
        expect([...(result.data as Float32Array)]).toEqual(expected);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('leaves values alone where there are no constants', () => {
    const raw = tensor('int64', [2], BigInt64Array.of(1n, 2n));
    expect(preprocess(raw, { dtype: 'int64' })).toBe(raw);
  });

  test('refuses other dtypes than uint8 to float32, and other channels than constants', () => {
    const constants = { scale: 1, mean: [0] as [number], std: [1] as [number] };
    const raw = tensor('uint8', [1, 2], Uint8Array.of(1, 2));
    expect(() => preprocess(raw, { dtype: 'float64', preprocess: constants })).toThrow(TypeError);
    expect(() =>
      preprocess(tensor('float32', [1, 1], Float32Array.of(1)), { dtype: 'float32', preprocess: constants }),
    ).toThrow(TypeError);
    expect(() => preprocess(raw, { dtype: 'float32', preprocess: constants })).toThrow(
      '1 means and 1 stds for 2 channels',
    );
  });
});

describe('transpose', () => {
  test('moves every element to where the permuted axes say', () => {
    const orders = fc.constantFrom([0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0], [0, 1, 2, 3], [1, 0, 3, 2]);
    fc.assert(
      fc.property(sizes, orders, (dims, order) => {
        const at = (shape: readonly number[], place: readonly number[]): number =>
          place.reduce((offset, index, axis) => offset * shape[axis]! + index, 0);
        const value = tensor(
          'float32',
          dims,
          Float32Array.from({ length: elementCount(dims) }, (_, index) => index),
        );
        const result = transpose(value, order as [number, number, number, number]);
        expect(result.dims).toEqual(order.map((axis) => dims[axis]!));
        for (let a = 0; a < dims[0]; a += 1)
          for (let b = 0; b < dims[1]; b += 1)
            for (let c = 0; c < dims[2]; c += 1)
              for (let d = 0; d < dims[3]; d += 1) {
                const place = [a, b, c, d];
                const moved = at(
                  result.dims,
                  order.map((axis) => place[axis]!),
                );
                expect(result.data[moved]).toBe(at(dims, place));
              }
      }),
      { seed, numRuns: 100 },
    );
  });

  test('refuses what is no float32 image', () => {
    expect(() => transpose(tensor('float32', [2], Float32Array.of(1, 2)), [0, 2, 3, 1])).toThrow('only float32 images');
    expect(() => transpose(tensor('uint8', [1, 1, 1, 1], Uint8Array.of(1)), [0, 2, 3, 1])).toThrow(
      'only float32 images',
    );
  });
});

describe('feeds of an artifact', () => {
  const card = {
    inputs: [
      {
        name: 'image',
        dtype: 'float32',
        dims: ['batch', 2, 1, 2],
        layout: 'NCHW',
        preprocess: { scale: 1, mean: [0, 10], std: [1, 2] },
      },
    ],
    outputs: [{ name: 'a' }, { name: 'b' }],
  } as unknown as ModelCard;
  const raw = { image: tensor('uint8', [2, 2, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) };
  const plain = {} as Artifact;

  test('are the asked rows, preprocessed', () => {
    expect(feedsOf(card, plain, raw, 1, 2)).toEqual({
      image: tensor('float32', [1, 2, 1, 2], Float32Array.of(5, 6, -1.5, -1)),
    });
  });

  test("have the artifact's layout and names", () => {
    const artifact = { layout: 'NHWC', names: { image: 'serving_default_image' } } as unknown as Artifact;
    expect(feedsOf(card, artifact, raw, 1, 2)).toEqual({
      serving_default_image: tensor('float32', [1, 1, 2, 2], Float32Array.of(5, -1.5, 6, -1)),
    });
  });

  test('are an error where the reference lacks an input', () => {
    expect(() => feedsOf(card, plain, {}, 0, 1)).toThrow('no input image');
  });

  test("and its outputs come under the model's names and in its order; a missing one stays missing", () => {
    const one = tensor('float32', [1], Float32Array.of(1));
    const two = tensor('float32', [1], Float32Array.of(2));
    const artifact = { names: { b: 'Identity_1' } } as unknown as Artifact;
    expect(Object.entries(outputsOf(card, artifact, { Identity_1: two, a: one, extra: one }))).toEqual([
      ['a', one],
      ['b', two],
    ]);
    expect(outputsOf(card, artifact, { b: two })).toEqual({});
  });
});

test('ranges are the least, the last and the greatest size of each axis over all feeds', () => {
  const at = (batch: number, sequence: number): Record<string, ReturnType<typeof tensor>> => ({
    x: tensor('float32', [batch, 2], new Float32Array(2 * batch)),
    ids: tensor('int32', [batch, sequence], new Int32Array(batch * sequence)),
  });
  expect(rangesOf([at(8, 4), at(1, 6), at(4, 5)])).toEqual({
    x: [
      [1, 4, 8],
      [2, 2, 2],
    ],
    ids: [
      [1, 4, 8],
      [4, 5, 6],
    ],
  });
  expect(rangesOf([])).toEqual({});
});
