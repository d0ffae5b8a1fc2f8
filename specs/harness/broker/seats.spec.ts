import { afterAll, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import type { Arm } from '../../../src/base/arms.ts';
import { seatedContests } from '../../../src/broker/seats.ts';
import { readProject } from '../../../src/cases/project.ts';
import { newProject } from '../support/project.ts';

const made = newProject();
afterAll(() => made.remove());
made.card('net');
const project = await readProject(made.root, {});
const [model] = project.models;
const artifact = model!.card.artifacts['float32']!;
const arm: Arm = { label: 'a', root: made.root, backends: null, model: model!, artifact, path: 'model.onnx' };
const [node, web] = [await findBackend('ort-node/cpu'), await findBackend('ort-web/wasm')];
const subject = {
  metric: 'latency',
  model: 'net',
  artifact: 'float32',
  backend: node.id,
  batch: 1,
  threads: 1,
  images: null,
};
const take = async (base: Arm, ours: Arm) => {
  const { able } = await seatedContests([{ name: 'net', subject, base, ours }], () => node, 9);
  return able[0]!;
};

test('arms without a place run where their case says', async () => {
  const { base, ours } = await take(arm, arm);
  expect([base.backend.id, base.options.threads]).toEqual(['ort-node/cpu', 1]);
  expect(ours).toEqual(base);
});

test('each arm runs on its own backend, and shares processes with no other', async () => {
  const { base, ours } = await take(
    { ...arm, backend: web, threads: 1 } as Arm,
    { ...arm, backend: node, threads: 1 } as Arm,
  );
  expect([base.backend.id, ours.backend.id]).toEqual(['ort-web/wasm', 'ort-node/cpu']);
  expect(JSON.stringify(base.options)).not.toBe(JSON.stringify(ours.options));
  expect(base.options.core).toBe(ours.options.core);
});

test('two numbers of threads: neither is pinned, for a core of its own would be part of the difference', async () => {
  const { base, ours } = await take(
    { ...arm, backend: node, threads: 1 } as Arm,
    { ...arm, backend: node, threads: 2 } as Arm,
  );
  expect([base.options.threads, ours.options.threads]).toEqual([1, 2]);
  expect([base.options.core, ours.options.core]).toEqual([null, null]);
});
