import util from 'node:util';
import type { NodeBackend } from './backend.ts';
import { activate, openTfSession } from './runtimes/tfjs.ts';
import type { Tf } from './runtimes/tfjs.ts';

interface TfNode extends Tf {
  backend(): { binding: { TF_Version: string } };
}

/** TensorFlow's native library through @tensorflow/tfjs-node. */
export const backend: NodeBackend = {
  id: 'tfjs-node/cpu',
  formats: ['tfjs'],
  packages: ['@tensorflow/tfjs-node'],
  bring: 'npx onpar provision tfjs-node',
  // Native, but several times slower a call than onnxruntime on one thread.
  limits: { maxBatch: Infinity, referenceRows: Infinity, images: { commit: 1_000, full: Infinity } },
  takesThreads: true,
  jit: true,
  env: (threads) => ({
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...(threads > 0 && {
      TF_NUM_INTRAOP_THREADS: `${threads}`,
      TF_NUM_INTEROP_THREADS: '1',
      OMP_NUM_THREADS: `${threads}`,
    }),
  }),
  async load({ require }) {
    // Removed in Node 23, still called by 4.22.0: https://github.com/tensorflow/tfjs/pull/8425 is merged and unreleased.
    const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
    // Assigned always: Node 22 still has it and prints a deprecation warning.
    legacy.isNullOrUndefined = (value) => value === null || value === undefined;
    const tf = require('@tensorflow/tfjs-node') as TfNode;
    tf.env().set('PROD', true);
    await activate(tf, 'tensorflow');
    return {
      version: `${tf.version['tfjs']} (TensorFlow ${tf.backend().binding.TF_Version})`,
      provider: 'tensorflow',
      open: (path) => openTfSession(tf, path),
    };
  },
};
