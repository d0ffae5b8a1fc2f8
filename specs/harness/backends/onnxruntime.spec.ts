import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openOrtSession, ortKernels } from '../../../src/backends/runtimes/onnxruntime.ts';
import type { Ort } from '../../../src/backends/runtimes/onnxruntime.ts';
import type { Session } from '../../../src/backends/backend.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

interface FakeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** A runtime that says and answers what it is told to. */
const open = (input: object, answer: Record<string, FakeTensor> = {}): Promise<Session> => {
  const session = {
    inputMetadata: [{ name: 'x', isTensor: true, type: 'float32', shape: [1], ...input }],
    outputMetadata: [],
    run: async () => answer,
    release: async () => undefined,
  };
  const ort = {
    Tensor: Object,
    InferenceSession: { create: async () => session },
  };
  return openOrtSession(ort as unknown as Ort, 'model.onnx', {});
};

async function answered(answer: FakeTensor): Promise<unknown> {
  const binding = (await open({}, { y: answer })).bind({ x: tensor('float32', [1], Float32Array.of(1)) });
  await binding.call();
  return binding.outputs()['y'];
}

describe('an onnxruntime session', () => {
  test('names symbolic axes, and leaves open ones without a name', async () => {
    const { inputs } = await open({ shape: ['batch', 3, '', -1] });
    expect(inputs).toEqual([{ name: 'x', dtype: 'float32', dims: ['batch', 3, null, null] }]);
  });

  test('of a scalar has no axes', async () => {
    expect((await open({ shape: [] })).inputs[0]?.dims).toEqual([]);
  });

  test.each([
    [{ isTensor: false }, 'x is a sequence or map'],
    [{ type: 'string' }, 'element type string is not supported'],
    [{ type: 'bfloat16' }, 'element type bfloat16 is not supported'],
  ])('with %j is refused', async (input, words) => {
    await expect(open(input)).rejects.toThrow(words);
  });

  test('hands out float16 as its bits, whatever array the runtime holds it in', async () => {
    const bits = Uint16Array.of(0x3c00, 0x7e00);
    expect(await answered({ type: 'float16', dims: [2], data: bits })).toEqual(tensor('float16', [2], bits));
    // Stands in for Node 24's Float16Array: another view of the same two bytes an element.
    expect(await answered({ type: 'float16', dims: [2], data: new Int16Array(bits.buffer) })).toEqual(
      tensor('float16', [2], bits),
    );
  });

  test('refuses an output whose data is not what its dims say, or of a type that onpar does not know', async () => {
    await expect(answered({ type: 'float32', dims: [3], data: Float32Array.of(1) })).rejects.toThrow('need 3 elements');
    await expect(answered({ type: 'string', dims: [1], data: ['text'] })).rejects.toThrow('element type string');
  });
});

describe('kernels', () => {
  const profiled = async (events: readonly object[]): Promise<{ kernels: unknown; left: boolean }> => {
    let written = '';
    const session = (options: { profileFilePrefix: string }): object => ({
      run: async () => ({}),
      endProfiling: () => writeFileSync((written = `${options.profileFilePrefix}_now.json`), JSON.stringify(events)),
      release: async () => undefined,
    });
    const ort = { InferenceSession: { create: async (_: string, options: never) => session(options) } };
    const kernels = await ortKernels(ort as unknown as Ort, 'model.onnx', {}, {});
    return { kernels, left: existsSync(written) };
  };
  const event = (name: string, args: object): object => ({ name: `${name}_kernel_time`, args });
  const cpu = 'CPUExecutionProvider';

  test('are the nodes that ran, by provider and operator; a node of a loop is one', async () => {
    const { kernels, left } = await profiled([
      { name: 'model_run' },
      event('a', { op_name: 'Conv', provider: cpu, node_index: '1' }),
      event('b', { op_name: 'Conv', provider: cpu, node_index: '2' }),
      event('b', { op_name: 'Conv', provider: cpu, node_index: '2' }),
      event('c', { op_name: 'Conv', provider: 'CUDAExecutionProvider', node_index: '3' }),
    ]);
    expect(kernels).toEqual({ [`${cpu} Conv`]: 2, 'CUDAExecutionProvider Conv': 1 });
    expect(left).toBe(false);
  });
});
