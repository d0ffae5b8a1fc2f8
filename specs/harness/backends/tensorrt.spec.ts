import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ranges, Signature } from '../../../src/backends/backend.ts';
import type { Ort } from '../../../src/backends/runtimes/onnxruntime.ts';
import { openTensorrt, profileOf } from '../../../src/backends/runtimes/tensorrt.ts';

const image: Signature = { name: 'x', dtype: 'float32', dims: ['batch', 3, 32, 32] };
const text: Signature = { name: 'ids', dtype: 'int64', dims: ['batch', 'sequence'] };
const ranges: Ranges = {
  x: [
    [1, 32, 64],
    [3, 3, 3],
    [32, 32, 32],
    [32, 32, 32],
  ],
  ids: [
    [1, 8, 32],
    [24, 24, 24],
  ],
};

describe('the optimization profile', () => {
  test('has the least, the usual and the greatest shape of every input', () => {
    expect(profileOf([image, text], ranges)).toEqual({
      min: { x: [1, 3, 32, 32], ids: [1, 24] },
      opt: { x: [32, 3, 32, 32], ids: [8, 24] },
      max: { x: [64, 3, 32, 32], ids: [32, 24] },
    });
  });

  test('is none where no axis is dynamic, and a fixed one is as the model says', () => {
    expect(profileOf([{ ...image, dims: [8, 3, 32, 32] }], {})).toBeNull();
    expect(profileOf([{ ...image, dims: ['batch', 3, 32, 16] }], ranges)?.max).toEqual({ x: [64, 3, 32, 16] });
  });

  test('refuses a dynamic axis without sizes, with its name and the way out', () => {
    expect(() => profileOf([text], { ids: [[1, 8, 32]] })).toThrow(
      'axis 1 of input ids (sequence) is dynamic and has no optimization profile: write a model card',
    );
    expect(() => profileOf([{ ...image, dims: [null, 3] }], {})).toThrow('axis 0 of input x is dynamic');
  });

  test.each([
    [0, 1, 2],
    [2, 1, 4],
    [1, 8, 4],
    [NaN, 1, 1],
  ])('refuses %d, %d, %d: no range', (...sizes) => {
    expect(() => profileOf([{ ...image, dims: ['batch'] }], { x: [sizes as [number, number, number]] })).toThrow(
      'not 1 <= min <= opt <= max',
    );
  });

  test('lies within its own bounds for any sizes', () => {
    const range = fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500)).map((all) => {
      const [min = 0, opt = 0, max = 0] = all.toSorted((a, b) => a - b);
      return [min + 1, opt + 1, max + 1] as const;
    });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (axes) => {
        const profile = profileOf([{ ...image, dims: axes.map((_, index) => `axis${index}`) }], { x: axes });
        for (const [index, [min, opt, max]] of axes.entries()) {
          expect(profile?.min['x']?.[index]).toBe(min);
          expect(profile?.opt['x']?.[index]).toBe(opt);
          expect(profile?.max['x']?.[index]).toBe(max);
        }
      }),
    );
  });
});

/** A runtime that notes the shapes it is called with, and writes an engine of 1,000 bytes if it is told where. */
function fakeOrt(dims: readonly (number | string)[], engine: boolean): { ort: Ort; shapes: (readonly number[])[] } {
  const shapes: (readonly number[])[] = [];
  const metadata = [{ name: 'x', isTensor: true, type: 'float32', shape: dims }];
  const session = {
    inputMetadata: metadata,
    outputMetadata: metadata,
    run: async (feeds: Readonly<Record<string, { dims: readonly number[] }>>) => {
      shapes.push(feeds['x']?.dims ?? []);
      return {};
    },
    release: async () => undefined,
  };
  const ort = {
    Tensor: class {
      readonly dims: readonly number[];
      constructor(_: string, __: unknown, size: readonly number[]) {
        this.dims = size;
      }
    },
    InferenceSession: {
      create: async (
        _: unknown,
        { extra }: { extra: { ep: { context_enable: string; context_file_path: string } } },
      ) => {
        expect(extra.ep.context_enable).toBe('1');
        if (engine) writeFileSync(join(dirname(extra.ep.context_file_path), 'a.engine'), new Uint8Array(1000));
        return session;
      },
    },
  } as unknown as Ort;
  return { ort, shapes };
}

describe('a session of TensorRT', () => {
  test('is called once at either end of its range before anybody times it, and tells what was built', async () => {
    const { ort, shapes } = fakeOrt(['batch', 2], true);
    const opened = await openTensorrt(ort, {})('model.onnx', {
      x: [
        [1, 8, 32],
        [2, 2, 2],
      ],
    });
    expect(shapes).toEqual([
      [1, 2],
      [32, 2],
    ]);
    expect(opened.engine).toEqual({ seconds: expect.any(Number) as number, bytes: 1000 });
  });

  test('is not called where no axis is dynamic; where no engine is left it says so', async () => {
    const { ort, shapes } = fakeOrt([4, 2], false);
    const opened = await openTensorrt(ort, {})('model.onnx');
    expect(shapes).toEqual([]);
    expect(opened.engine?.bytes).toBeNull();
  });

  test('is refused for a dynamic axis that nobody gave sizes, before TensorRT sees it', async () => {
    const { ort, shapes } = fakeOrt(['batch', 2], true);
    await expect(openTensorrt(ort, {})('model.onnx', {})).rejects.toThrow('has no optimization profile');
    expect(shapes).toEqual([]);
  });
});
