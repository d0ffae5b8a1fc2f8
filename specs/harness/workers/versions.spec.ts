import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { linearModel } from '../support/onnx.ts';

/** A worker that runs with the backend files of another version of onpar, and one that opens its model again. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const other = mkdtempSync(join(tmpdir(), 'onpar-version-'));
afterAll(() => rmSync(other, { recursive: true }));
cpSync(join(root, 'dist'), join(other, 'dist'), { recursive: true });
const file = join(other, 'dist/backends/ort-node-cpu.js');
writeFileSync(file, readFileSync(file, 'utf8').replace("'CPUExecutionProvider'", "'AnotherProvider'"));
writeFileSync(join(other, 'linear.onnx'), linearModel(2, 2, [1, 2, 3, 4]));

const options = { root, threads: 1, core: null, deadline: 60 };
const x = { x: tensor('float32', [1, 2], Float32Array.of(1, 10)) };

async function provider(backends: string | null, at = root): Promise<string> {
  const worker = new Worker(await findBackend('ort-node/cpu'), { ...options, root: at, backends });
  try {
    return (await worker.hello()).provider;
  } finally {
    await worker.close();
  }
}

describe('a worker', () => {
  test('loads its own backend files, or those of the version it is given', async () => {
    expect(await provider(null)).toBe('CPUExecutionProvider');
    expect(await provider(join(other, 'dist/backends'))).toBe('AnotherProvider');
  });

  test('loads packages of the project, or onpar’s own where it has none; one that is there and does not load is not replaced', async () => {
    const project = join(other, 'project');
    const runtime = join(project, 'node_modules/onnxruntime-node');
    expect(await provider(null, project)).toBe('CPUExecutionProvider');
    mkdirSync(runtime, { recursive: true });
    writeFileSync(join(runtime, 'package.json'), '{"name":"onnxruntime-node","version":"1.0.0"}');
    writeFileSync(join(runtime, 'index.js'), "require('./bin/onnxruntime_binding.node');");
    await expect(provider(null, project)).rejects.toThrow(/Cannot find module '\.\/bin\/onnxruntime_binding\.node'/);
  });

  test('refuses a version that has no such backend', async () => {
    await expect(provider(join(other, 'dist/tensor'))).rejects.toMatchObject({
      kind: 'refused',
      message: "unknown backend 'ort-node/cpu'",
    });
  });

  test.each([
    ['ort-node/cpu', join(other, 'linear.onnx'), x],
    [
      'tfjs/wasm',
      join(root, 'fixtures/models/fashion-cnn/tfjs/model.json'),
      { image: tensor('float32', [1, 28, 28, 1], new Float32Array(784).fill(0.5)) },
    ],
  ])('%s answers the same when its model is opened again, elsewhere in memory', async (id, path, feeds) => {
    const worker = new Worker(await findBackend(id), options);
    try {
      const opened = [];
      for (const shift of [0, 1, 60, 123_456]) {
        const { inputs, outputs: names } = await worker.open(path, {}, shift);
        opened.push({ inputs, names, outputs: (await worker.run(feeds)).outputs });
      }
      for (const again of opened) expect(again).toEqual(opened[0]);
    } finally {
      await worker.close();
    }
  });
});
