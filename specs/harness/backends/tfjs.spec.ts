import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { activate, openTfSession } from '../../../src/backends/runtimes/tfjs.ts';
import type { Tf } from '../../../src/backends/runtimes/tfjs.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

const base = mkdtempSync(join(tmpdir(), 'onpar-tfjs-'));
afterAll(() => rmSync(base, { recursive: true }));
const folder = join(base, 'model');
mkdirSync(folder);

const write = (paths: readonly string[], format = 'graph-model'): string => {
  const path = join(folder, 'model.json');
  writeFileSync(path, JSON.stringify({ format, modelTopology: {}, weightsManifest: [{ paths, weights: [] }] }));
  return path;
};

/** A TensorFlow.js whose tensors are counted, and whose model doubles its input. */
function fakeTf(parts: { readonly active?: string; readonly dtype?: string } = {}): { tf: Tf; live: () => number } {
  let live = 0;
  const make = (data: unknown, shape: readonly number[], dtype: string): object => {
    live += 1;
    return { data, shape, dtype, dataSync: () => data, dispose: () => (live -= 1) };
  };
  const model = {
    inputs: [{ name: 'x:0', dtype: parts.dtype ?? 'float32', shape: [null, 2] }],
    outputs: [{ name: 'Identity:0', dtype: 'float32', shape: [-1, 2] }],
    execute: (feeds: Record<string, { data: Float32Array; shape: number[] }>) =>
      make(
        feeds['x:0']?.data.map((value) => value * 2),
        feeds['x:0']?.shape ?? [],
        'float32',
      ),
    dispose: () => undefined,
  };
  const tf = {
    io: { fromMemory: (artifacts: object) => artifacts },
    ready: async () => undefined,
    setBackend: async (name: string) => name === (parts.active ?? name),
    getBackend: () => parts.active ?? 'wasm',
    loadGraphModel: async () => model,
    loadLayersModel: async () => model,
    tensor: make,
    tidy: <T>(body: () => T) => body(),
  };
  return { tf: tf as unknown as Tf, live: () => live };
}

describe('a TensorFlow.js session', () => {
  test('has plain names and open axes, runs, and leaves no tensor behind', async () => {
    writeFileSync(join(folder, 'weights.bin'), 'abc');
    const { tf, live } = fakeTf();
    const session = await openTfSession(tf, write(['weights.bin']));
    expect(session.inputs).toEqual([{ name: 'x', dtype: 'float32', dims: [null, 2] }]);
    expect(session.outputs).toEqual([{ name: 'Identity', dtype: 'float32', dims: [null, 2] }]);
    const binding = session.bind({ x: tensor('float32', [1, 2], Float32Array.of(1, 2)) });
    for (let call = 0; call < 5; call += 1) await binding.call();
    expect(binding.outputs()).toEqual({ Identity: tensor('float32', [1, 2], Float32Array.of(2, 4)) });
    binding.release();
    expect(live()).toBe(0);
  });

  test('is refused where its weights lead out of its folder, or are missing', async () => {
    writeFileSync(join(base, 'outside.bin'), 'secret');
    await expect(openTfSession(fakeTf().tf, write(['../outside.bin']))).rejects.toThrow(
      "leads out of the model's folder",
    );
    await expect(openTfSession(fakeTf().tf, write([join(base, 'outside.bin')]))).rejects.toThrow(
      "leads out of the model's folder",
    );
    await expect(openTfSession(fakeTf().tf, write(['gone.bin']))).rejects.toThrow('gone.bin');
  });

  test('is refused where an input is of a type that TensorFlow.js cannot hand over', async () => {
    await expect(openTfSession(fakeTf({ dtype: 'string' }).tf, write([]))).rejects.toThrow('element type string');
  });

  test('is refused without a feed for one of its inputs', async () => {
    const session = await openTfSession(fakeTf().tf, write([]));
    expect(() => session.bind({ y: tensor('float32', [1], Float32Array.of(1)) })).toThrow('no feed for input x');
  });
});

test('TensorFlow.js that falls back to another backend by itself is refused', async () => {
  await expect(activate(fakeTf({ active: 'cpu' }).tf, 'wasm')).rejects.toThrow('fell back to cpu instead of wasm');
  await expect(activate(fakeTf().tf, 'wasm')).resolves.toBeUndefined();
});
