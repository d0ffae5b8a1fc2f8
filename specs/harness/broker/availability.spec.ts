import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import type { Backend } from '../../../src/backends/backend.ts';
import { probe } from '../../../src/broker/availability.ts';
import type { Availability } from '../../../src/broker/availability.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { faulty } from '../support/faulty.ts';
import { newProject } from '../support/project.ts';
import { hasPython, hasTorch, plainPython } from '../support/python.ts';

const ortNode = await findBackend('ort-node/cpu');
const eager = await findBackend('torch/eager');

/** As much of torch as is read before its version. */
const old = `
__version__ = "1.13.1"
class nn:
    Module = None
class Tensor: pass
def __getattr__(name):
    return object() if name[-1].isdigit() or name == "bool" else None
`;
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
    bring: ortNode.bring,
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
      bring: ortNode.bring,
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
    bring: ortNode.bring,
  });
});

test('a backend that hangs while it is loaded is broken', async () => {
  expect(await probed(faulty(ortNode, 'sleeps@hello'), { deadline: 1 })).toEqual({
    available: false,
    broken: 'timed-out',
    reason: 'the runtime did not load: hello did not return within 1 s; the worker was killed',
    bring: ortNode.bring,
  });
});

describe('a backend that lives in Python', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is not here where no Python was named or provisioned', async () => {
    vi.stubEnv('ONPAR_PYTHON', undefined);
    vi.stubEnv('XDG_CACHE_HOME', '/nowhere');
    expect(await probed(eager)).toEqual({
      available: false,
      broken: null,
      reason: 'no Python was provisioned, and ONPAR_PYTHON names none',
      bring: eager.bring,
    });
  });

  test('is not here where the Python that was named does not run, or is too old', async () => {
    vi.stubEnv('ONPAR_PYTHON', '/nowhere/python');
    expect(await probed(eager)).toMatchObject({
      broken: null,
      reason: 'ONPAR_PYTHON is /nowhere/python, which does not run',
    });
    // As a Python before 3.9 would answer.
    vi.stubEnv('ONPAR_PYTHON', 'false');
    expect(await probed(eager)).toMatchObject({
      broken: null,
      reason: 'ONPAR_PYTHON is false, which is older than Python 3.9',
    });
  });

  test.runIf(hasPython).each([
    [
      'has no torch',
      'raise ImportError("No module named torch")',
      'this Python has no torch that loads: No module named torch',
    ],
    ['has one of the time before torch 2', old, 'torch 1.13.1 is too old: 2.0 or later is needed'],
  ])('is not here where that Python %s', async (_, source, reason) => {
    const project = newProject();
    try {
      project.put('torch.py', source);
      vi.stubEnv('ONPAR_PYTHON', plainPython);
      vi.stubEnv('PYTHONPATH', project.root);
      expect(await probed(eager)).toEqual({ available: false, broken: null, reason, bring: eager.bring });
    } finally {
      project.remove();
    }
  });
});

describe('a backend for a GPU', () => {
  const gpus = ['ort-node/cuda', 'ort-node/tensorrt', 'ort-node/webgpu', 'torch/eager@cuda', 'torch/script@cuda'];

  test.each(gpus)('%s is not here for want of a need that it names, without starting anything', async (id) => {
    const backend = await findBackend(id);
    const needs = [
      { kind: 'library', name: 'Library', found: null, lacks: 'no library.so', fix: 'bring it' },
      { kind: 'hardware', name: 'Driver 5', found: null, lacks: 'no device', fix: 'buy it' },
    ] as const;
    const started = vi.fn<() => Worker>();
    expect(await probe({ ...backend, needs: () => needs }, repository, started)).toEqual({
      available: false,
      broken: null,
      reason: 'Driver 5: no device',
      bring: 'buy it',
    });
    if (!id.startsWith('torch'))
      expect(await probe({ ...backend, needs: () => needs.slice(0, 1) }, repository, started)).toEqual({
        available: false,
        broken: null,
        reason: 'Library: no library.so',
        bring: 'bring it',
      });
    expect(started).not.toHaveBeenCalled();
  });

  // Where a GPU is, it is found: then there is a version.
  test.each(['ort-node/cuda', 'ort-node/tensorrt', 'ort-node/webgpu'])(
    '%s has to open something before it counts as here: files say too much',
    async (id) => {
      const found = await probed({ ...(await findBackend(id)), needs: () => [] });
      expect(found.available ? found.version : found.reason).toMatch(
        /^\d+\.|Failed to load shared library|WebGPU adapter/,
      );
    },
  );

  test.runIf(hasTorch)('torch on a GPU says which CUDA it was built for, or that it was not', async () => {
    const found = await probed({ ...(await findBackend('torch/eager@cuda')), needs: () => [] });
    expect(found.available ? found.provider : found.reason).toMatch(
      /^eager, cuda$|was built without CUDA$|^torch \S+ for CUDA \S+ finds no device/,
    );
  });
});
