import type { NodeBackend } from './backend.ts';
import { noLimits } from './backend.ts';
import { openOrtSession, ortKernels } from './runtimes/onnxruntime.ts';
import type { Ort } from './runtimes/onnxruntime.ts';

/** ONNX Runtime's native binding on the CPU (MLAS kernels). */
export const backend: NodeBackend = {
  id: 'ort-node/cpu',
  formats: ['onnx'],
  packages: ['onnxruntime-node'],
  bring: 'npm install --save-dev --ignore-scripts onnxruntime-node',
  limits: noLimits,
  takesThreads: true,
  jit: false,
  env: () => ({}),
  async load({ threads, require }) {
    const ort = require('onnxruntime-node') as Ort;
    // Only the CPU provider is asked for, so nothing can fall back to another one unseen.
    const options = {
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
      ...(threads > 0 && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    };
    return {
      version: ort.env.versions['node'] ?? 'unknown',
      provider: 'CPUExecutionProvider',
      open: (path) => openOrtSession(ort, path, options),
      kernels: (path, feeds) => ortKernels(ort, path, options, feeds),
    };
  },
};
