import { readFile } from 'node:fs/promises';
import type { NodeBackend } from './backend.ts';
import { openOrtSession } from './runtimes/onnxruntime.ts';
import type { Ort } from './runtimes/onnxruntime.ts';

/** ONNX Runtime Web's WebAssembly build, run in Node: the kernels that a browser would run. */
export const backend: NodeBackend = {
  id: 'ort-web/wasm',
  formats: ['onnx'],
  packages: ['onnxruntime-web'],
  bring: 'npm install --save-dev onnxruntime-web',
  // About ten times slower than native: 1,000 images show a changed model, 10,000 are for the full suite.
  limits: { maxBatch: Infinity, referenceRows: Infinity, images: { commit: 1_000, full: Infinity } },
  takesThreads: true,
  jit: true,
  env: () => ({}),
  async load({ threads, require }) {
    const ort = require('onnxruntime-web') as Ort;
    if (threads > 0) ort.env.wasm.numThreads = threads;
    return {
      version: ort.env.versions['web'] ?? 'unknown',
      provider: 'wasm',
      open: async (path) =>
        openOrtSession(ort, await readFile(path), { executionProviders: ['wasm'], logSeverityLevel: 3 }),
    };
  },
};
