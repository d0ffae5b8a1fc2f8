import { expect, test } from 'vitest';
import { planCases, usedBackends } from '../../../src/cases/plan.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { modelOf, readProject } from '../../../src/cases/project.ts';

const root = new URL('../../..', import.meta.url).pathname;
const gpus = ['ort-node/cuda', 'ort-node/tensorrt', 'ort-node/webgpu', 'torch/eager@cuda', 'torch/script@cuda'];
/** As on a machine without a GPU, whatever this one has. */
const project = { ...(await readProject(root, {})), idle: new Map(gpus.map((id) => [id, 'no device'])) };
const ids = (models = project.models, depth: 'commit' | 'full' = 'commit'): readonly string[] =>
  usedBackends({ ...project, models }, depth).map(({ id }) => id);

test('backends that open no artifact of the project are not asked for anything', () => {
  expect(ids()).toContain('tfjs/wasm');
  const { card, folder } = modelOf(project, 'tiny-text');
  const onnx = Object.fromEntries(Object.entries(card.artifacts).filter(([, { format }]) => format === 'onnx'));
  expect(ids([{ folder, card: { ...card, artifacts: onnx } }])).toEqual(['ort-node/cpu', 'ort-web/wasm']);
  expect(ids([])).toEqual([]);
});

test('what no commit affords belongs to the full suite', () => {
  expect(ids()).not.toContain('torch/compile');
  expect(ids(project.models, 'full')).toContain('torch/compile');
});

test('a backend without its hardware is asked for nothing, unless a card gates it', () => {
  const metric = { id: 'parity', source: 'answers' } as Metric;
  const planned = (idle?: ReadonlyMap<string, string>): Set<string | null> =>
    new Set(planCases({ ...project, ...(idle && { idle }) }, metric, 'commit').map(({ backend }) => backend));
  for (const id of gpus) {
    expect(ids()).not.toContain(id);
    expect(planned()).not.toContain(id);
    expect(planned(new Map())).toContain(id);
  }
  const { card, folder } = modelOf(project, 'tiny-text');
  const gated = [{ folder, card: { ...card, latency: { gated: ['float32/ort-node/cuda'] as [string] } } }];
  expect(ids(gated)).toContain('ort-node/cuda');
  expect(ids(gated)).not.toContain('ort-node/tensorrt');
  const latency = { id: 'latency', source: 'latency' } as Metric;
  expect(planCases({ ...project, models: gated }, latency, 'commit')).toMatchObject([{ backend: 'ort-node/cuda' }]);
});
