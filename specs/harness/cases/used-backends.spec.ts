import { expect, test } from 'vitest';
import { usedBackends } from '../../../src/cases/plan.ts';
import { modelOf, readProject } from '../../../src/cases/project.ts';

const root = new URL('../../..', import.meta.url).pathname;
const project = await readProject(root, {});
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
