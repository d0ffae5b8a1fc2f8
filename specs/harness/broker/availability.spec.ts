import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { probe } from '../../../src/broker/availability.ts';
import { faulty } from '../support/faulty.ts';

const ortNode = await findBackend('ort-node/cpu');
const options = { root: fileURLToPath(new URL('../../..', import.meta.url)), threads: 1, core: null, deadline: 60 };

test('a backend that is here says its version and its provider', async () => {
  expect(await probe(ortNode, options)).toEqual({
    available: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    provider: 'CPUExecutionProvider',
  });
});

test('a backend whose package is not installed says which, without starting anything', async () => {
  const absent = { ...faulty(ortNode, 'SIGSEGV@hello'), packages: ['onnxruntime-node', 'onpar-no-such-package'] };
  expect(await probe(absent, options)).toEqual({
    available: false,
    reason: 'package onpar-no-such-package is not installed',
  });
});

test('a backend whose native library aborts while it is loaded is not here, and the run lives on', async () => {
  expect(await probe(faulty(ortNode, 'SIGSEGV@hello'), options)).toEqual({
    available: false,
    reason: 'the worker was killed by SIGSEGV',
  });
});

test('a backend that hangs while it is loaded is not here', async () => {
  const state = await probe(faulty(ortNode, 'sleeps@hello'), { ...options, deadline: 1 });
  expect(state).toEqual({ available: false, reason: 'hello did not return within 1 s; the worker was killed' });
});
