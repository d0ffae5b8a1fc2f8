import type { NodeBackend } from './backend.ts';
import { activate, openTfSession } from './runtimes/tfjs.ts';
import type { Tf } from './runtimes/tfjs.ts';

/** TensorFlow.js on its WebAssembly kernels (XNNPACK), run in Node. */
export const backend: NodeBackend = {
  id: 'tfjs/wasm',
  formats: ['tfjs'],
  packages: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'],
  bring: 'npm install --save-dev @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
  limits: { maxBatch: Infinity, referenceRows: Infinity, images: { commit: 500, full: Infinity } },
  takesThreads: false,
  jit: true,
  env: () => ({}),
  async load({ require }) {
    const tf = require('@tensorflow/tfjs') as Tf;
    tf.env().set('PROD', true);
    require('@tensorflow/tfjs-backend-wasm');
    await activate(tf, 'wasm');
    return {
      version: tf.version['tfjs'] ?? 'unknown',
      provider: 'wasm',
      open: (path) => openTfSession(tf, path),
    };
  },
};
