import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { retypeOnnx } from '../../../../src/models/recipe/retype.ts';
import {
  bytes,
  floats,
  graphAttribute,
  graphOf,
  int,
  linearModel,
  message,
  modelOf,
  node,
  valueInfo,
} from '../../support/onnx.ts';
import { decodeFloat16, encodeFloat16 } from '../../../../src/tensor/float16.ts';

interface Tensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
interface Session {
  readonly inputMetadata: readonly { readonly type: string }[];
  readonly outputMetadata: readonly { readonly type: string }[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
}
const { InferenceSession, Tensor: OrtTensor } = createRequire(import.meta.url)('onnxruntime-node') as {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => Tensor;
};

const open = (model: Uint8Array): Promise<Session> => InferenceSession.create(model, { logSeverityLevel: 3 });
const answer = async (model: Uint8Array, x: readonly number[], dims: readonly number[]): Promise<number[]> => {
  const { y } = await (await open(model)).run({ x: new OrtTensor('float32', Float32Array.from(x), dims) });
  return [...(y?.data ?? [])];
};

const rounded = (value: number): number => decodeFloat16(encodeFloat16(value));
const weights = [0.1, 0.2, 0.3, 0.4, 1e-7, -3.3, 60000, 2 ** -15, 0, 1, 2, 3];
const plain = linearModel(4, 3, weights);
const row = [1, 2 ** -10, 0, 1];

/** The same weights stored as float16, each with a Cast to float32 behind it. */
const stored = modelOf({
  nodes: [
    node('Cast', ['w'], ['w.float32'], message(bytes(1, 'to'), int(3, 1), int(20, 2))),
    node('MatMul', ['x', 'w.float32'], ['y']),
  ],
  initializers: [
    message(
      int(1, 4),
      int(1, 3),
      int(2, 10),
      bytes(8, 'w'),
      bytes(9, new Uint8Array(Uint16Array.from(weights, encodeFloat16).buffer)),
    ),
  ],
  inputs: [valueInfo('x', 'float32', ['batch', 4])],
  outputs: [valueInfo('y', 'float32', ['batch', 3])],
});

describe('retypeOnnx', () => {
  test('makes a float16 inside with float32 inputs and outputs', async () => {
    const narrow = retypeOnnx(plain, 'float16');
    const session = await open(narrow);
    expect([...session.inputMetadata, ...session.outputMetadata].map(({ type }) => type)).toEqual([
      'float32',
      'float32',
    ]);
    const answers = await answer(narrow, row, [1, 4]);
    const expected = await answer(plain, row, [1, 4]);
    expect(answers).not.toEqual(expected);
    // Rounded weights and rounded sums; the runtime may keep more between two operators.
    answers.forEach((value, at) => {
      expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThanOrEqual(
        2 ** -9 * Math.max(1, Math.abs(expected[at] ?? 0)),
      );
    });
  });

  test('halves the weights of a real model, whose answers stay', async () => {
    const model = readFileSync(new URL('../../../../fixtures/models/fashion-cnn/model.onnx', import.meta.url));
    const narrow = retypeOnnx(model, 'float16');
    expect(narrow.length / model.length).toBeLessThan(0.51);
    const feeds = {
      image: new OrtTensor(
        'float32',
        Float32Array.from({ length: 784 }, (_, at) => Math.sin(at)),
        [1, 1, 28, 28],
      ),
    };
    const [wide, half] = await Promise.all(
      [model, narrow].map(async (each) => (await (await open(each)).run(feeds))['logits']?.data ?? []),
    );
    expect(wide).toHaveLength(10);
    for (const [at, value] of [...(wide ?? [])].entries())
      expect(Math.abs(value - (half?.[at] ?? NaN))).toBeLessThan(0.01);
  });

  test('widens weights that are stored as float16, and takes the casts behind them away', async () => {
    const wide = retypeOnnx(stored, 'float32');
    expect(Buffer.from(wide).includes('Cast')).toBe(false);
    expect(await answer(wide, row, [1, 4])).toEqual(await answer(linearModel(4, 3, weights.map(rounded)), row, [1, 4]));
    expect(
      Buffer.from(retypeOnnx(stored, 'float16'))
        .toString('latin1')
        .match(/\.cast/g),
    ).toHaveLength(2);
  });

  test('is the same for the same model, and changes nothing where nothing is to change', () => {
    expect(retypeOnnx(plain, 'float16')).toEqual(retypeOnnx(plain, 'float16'));
    expect(Buffer.from(retypeOnnx(plain, 'float32'))).toEqual(Buffer.from(plain));
  });

  test.each([
    ['a weight beyond float16', linearModel(1, 1, [70000]), 'the weight 70000 is too large for float16'],
    [
      'a graph in a node',
      modelOf({ nodes: [node('If', ['c'], ['y'], graphAttribute('then_branch', graphOf({ nodes: [] })))] }),
      'a node has a graph of its own',
    ],
    [
      'a weight without raw data',
      modelOf({ nodes: [], initializers: [message(int(1, 1), int(2, 1), bytes(8, 'w'))] }),
      'w has no raw data',
    ],
  ])('refuses %s', (_, model, said) => {
    expect(() => retypeOnnx(model, 'float16')).toThrow(said);
  });

  test('keeps an infinity that was one', async () => {
    const [first] = await answer(
      retypeOnnx(
        modelOf({
          nodes: [node('Add', ['x', 'w'], ['y'])],
          initializers: [floats('w', [1], [Infinity])],
          inputs: [valueInfo('x', 'float32', ['batch', 1])],
          outputs: [valueInfo('y', 'float32', ['batch', 1])],
        }),
        'float16',
      ),
      [1],
      [1, 1],
    );
    expect(first).toBe(Infinity);
  });
});
