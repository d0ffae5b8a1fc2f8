import type { NodeBackend } from './backend.ts';
import { activate, openTfSession } from './runtimes/tfjs.ts';
import type { Tf } from './runtimes/tfjs.ts';

/** TensorFlow.js in plain JavaScript: an oracle that shares no kernel with the others, and is slow. */
export const backend: NodeBackend = {
  id: 'tfjs/cpu',
  formats: ['tfjs'],
  packages: ['@tensorflow/tfjs'],
  bring: 'npm install --save-dev @tensorflow/tfjs',
  limits: { maxBatch: 1, referenceRows: 8, images: { commit: 8, full: 500 } },
  takesThreads: false,
  jit: true,
  env: () => ({}),
  async load({ require }) {
    const tf = require('@tensorflow/tfjs') as Tf;
    tf.env().set('PROD', true);
    await activate(tf, 'cpu');
    return {
      version: tf.version['tfjs'] ?? 'unknown',
      provider: 'cpu',
      open: (path) => openTfSession(tf, path),
    };
  },
};
