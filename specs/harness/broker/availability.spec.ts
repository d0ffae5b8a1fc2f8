import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import type { Backend } from '../../../src/backends/backend.ts';
import { probe } from '../../../src/broker/availability.ts';
import type { Availability } from '../../../src/broker/availability.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { faulty } from '../support/faulty.ts';
import { newProject } from '../support/project.ts';

const ortNode = await findBackend('ort-node/cpu');
const repository = fileURLToPath(new URL('../../..', import.meta.url));

const probed = (backend: Backend, { root = repository, deadline = 60 } = {}): Promise<Availability> =>
  probe(backend, root, () => new Worker(backend, { root, threads: 1, core: null, deadline }));

test('a backend that is here says its version and its provider', async () => {
  expect(await probed(ortNode)).toEqual({
    available: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    provider: 'CPUExecutionProvider',
  });
});

test('a backend whose package is not installed says which, without starting anything', async () => {
  const absent = { ...faulty(ortNode, 'SIGSEGV@hello'), packages: ['onnxruntime-node', 'onpar-no-such-package'] };
  expect(await probed(absent)).toEqual({
    available: false,
    broken: null,
    reason: 'package onpar-no-such-package is not installed',
  });
});

test('a backend whose runtime refuses to load is not here, in its own words', async () => {
  const project = newProject();
  try {
    project.put('node_modules/onnxruntime-node/index.js', "throw new Error('libonnxruntime.so.1: not found\\nstack');");
    expect(await probed(ortNode, { root: project.root })).toEqual({
      available: false,
      broken: null,
      reason: 'libonnxruntime.so.1: not found',
    });
  } finally {
    project.remove();
  }
});

test('a backend whose native library aborts while it is loaded is broken, and the run lives on', async () => {
  expect(await probed(faulty(ortNode, 'SIGSEGV@hello'))).toEqual({
    available: false,
    broken: 'crashed',
    reason: 'the runtime did not load: the worker was killed by SIGSEGV',
  });
});

test('a backend that hangs while it is loaded is broken', async () => {
  expect(await probed(faulty(ortNode, 'sleeps@hello'), { deadline: 1 })).toEqual({
    available: false,
    broken: 'timed-out',
    reason: 'the runtime did not load: hello did not return within 1 s; the worker was killed',
  });
});
