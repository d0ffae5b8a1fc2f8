import { mkdirSync, symlinkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { batchesOf, bytesOf, decisionOutput, listModels, readModel } from '../../../src/models/card.ts';
import type { ModelCard } from '../../../src/models/card.ts';
import { newProject } from '../support/project.ts';
import type { Json } from '../support/project.ts';
import { refusal } from '../support/refusal.ts';

const project = newProject();
afterAll(() => project.remove());

const artifact = (parts: Json = {}): Json => ({
  format: 'onnx',
  precision: 'float32',
  files: [{ path: 'model.onnx', sha256: '0'.repeat(64), bytes: 1 }],
  ...parts,
});
const file = { path: 'a', sha256: '0'.repeat(64), bytes: 1 };
/** An original, and one whose file a recipe makes. */
const made = (recipe: Json, parts: Json = {}): Json => ({
  float32: artifact(),
  made: artifact({ files: [{ ...file, path: 'model.onnx', recipe }], ...parts }),
});
const input = (parts: Json): Json => ({ name: 'x', dtype: 'float32', dims: ['batch', 3, 2, 2], ...parts });

describe('readModel', () => {
  test('reads the card of the README, which is what its messages point to', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, text = ''] = /### Add a model[\s\S]*?```json\n([\s\S]*?)```/.exec(readme) ?? [];
    project.put('fixtures/models/mine/model.json', text.replaceAll('…', 'a'.repeat(64)));
    const { card } = await readModel(join(project.root, 'fixtures/models/mine'));
    expect(Object.keys(card.artifacts)).toEqual(['float32']);
  });

  test('reads a card and says where it lies', async () => {
    const folder = project.card('good');
    const model = await readModel(folder);
    expect(model.folder).toBe(folder);
    expect(model.card.id).toBe('good');
    expect(decisionOutput(model.card)?.name).toBe('y');
    expect(bytesOf(model.card.artifacts['float32']!)).toBeGreaterThan(100);
  });

  test.each([
    [
      'a data set for weights that were drawn',
      { weights: 'seeded', dataset: 'digits' },
      'has a data set, and weights that were drawn: their accuracy means nothing',
    ],
    ['an id that is not its folder', { id: 'other' }, "id 'other' is not its folder's name"],
    [
      'an unknown parent',
      { artifacts: { float32: artifact(), int8: artifact({ parent: 'float64' }) } },
      "the parent of int8 names an unknown artifact 'float64'",
    ],
    [
      'a parent that only every object has',
      { artifacts: { int8: artifact({ parent: 'constructor' }) } },
      "unknown artifact 'constructor'",
    ],
    [
      'a gated artifact that is not there',
      { latency: { gated: ['flaot32/ort-node/cpu'] } },
      "latency.gated names an unknown artifact 'flaot32'",
    ],
    [
      'settings of pairs for an artifact that is not there',
      { latency: { gated: [], paired: { 'flaot32/ort-node/cpu': { alpha: 0.001 } } } },
      "latency.paired names an unknown artifact 'flaot32'",
    ],
    [
      'a budget that is not above its margin',
      { latency: { gated: [], paired: { 'float32/ort-node/cpu': { margin: 0.03, budget: 0.03 } } } },
      'latency.paired: the budget of float32/ort-node/cpu is not above its margin',
    ],
    [
      'a tolerance of nobody',
      { tolerances: { int9: { reason: 'typo', nmse: 1 } } },
      "tolerances names an unknown artifact 'int9'",
    ],
    [
      'a divergence of nobody',
      { divergences: [{ case: 'int9/ort-web/wasm', reason: 'typo', expires: '2027-01-01' }] },
      "divergences names an unknown artifact 'int9'",
    ],
    [
      'a data set and no classification',
      { dataset: 'digits', outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 3], task: 'raw' }] },
      'a data set needs one input, and a classification output with classes',
    ],
    [
      'a data set and no classes',
      { dataset: 'digits', outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 3], task: 'classification' }] },
      'a data set needs one input, and a classification output with classes',
    ],
    [
      'a data set and two inputs',
      { dataset: 'digits', inputs: [input({}), input({ name: 'z' })] },
      'a data set needs one input',
    ],
    [
      'one mean for three channels',
      { inputs: [input({ preprocess: { scale: 1, mean: [0], std: [1, 1, 1] } })] },
      'preprocess of input x has other means or stds than channels',
    ],
    ['a std of 0', { inputs: [input({ preprocess: { scale: 1, mean: [0, 0, 0], std: [1, 0, 1] } })] }, 'std'],
    ['a conversion of nothing', { artifacts: made({ convert: 'float16' }) }, 'has no parent in ONNX'],
    [
      'a conversion of a conversion',
      { artifacts: made({ convert: 'float16' }, { parent: 'made' }) },
      'has no parent in ONNX that is an original',
    ],
    [
      'a static INT8 without ranges',
      { artifacts: made({ convert: 'int8-static' }, { parent: 'float32' }) },
      'made: int8-static needs ranges',
    ],
    [
      'ranges that nothing reads',
      { artifacts: made({ convert: 'float16', ranges: file }, { parent: 'float32' }) },
      'int8-static needs ranges, and nothing else takes any',
    ],
    ['a recipe without a seed', { artifacts: made({ graph: file }) }, 'seed'],
    ['a seed below 0', { artifacts: made({ graph: file, seed: -1 }) }, 'seed'],
    ['a conversion that nobody knows', { artifacts: made({ convert: 'int4' }, { parent: 'float32' }) }, 'int8-static'],
    ['no artifact', { artifacts: {} }, 'artifacts'],
    ['no input', { inputs: [] }, 'inputs'],
    ['a batch of 0', { batches: [0] }, 'batches'],
    ['a word that no card has', { toleranses: {} }, 'toleranses'],
  ])('refuses %s, naming the file', async (_, parts, what) => {
    const folder = project.card('bad', parts);
    const error = await refusal(() => readModel(folder));
    expect(error.where).toContain(join(folder, 'model.json'));
    expect(error.message).toContain(what);
  });

  test.each([
    ['a torn card', '{"id": "torn", "na', 'ends too early'],
    ['merge markers', '<<<<<<< HEAD\n{}\n=======\n', 'merge marker'],
    ['a key that stands twice', '{"id": "a", "id": "b"}', 'stands twice'],
  ])('refuses %s with its line', async (_, text, what) => {
    project.put('fixtures/models/torn/model.json', text);
    const error = await refusal(() => readModel(join(project.root, 'fixtures/models/torn')));
    expect(error.where).toMatch(/model\.json:\d+:\d+$/);
    expect(error.what).toContain(what);
  });
});

test('listModels finds folders with a card, links to them as well, by name, and nothing where there is no folder', async () => {
  const other = newProject();
  for (const id of ['b', 'a']) other.card(id);
  mkdirSync(join(other.root, 'fixtures/models/no-card'));
  other.put('fixtures/models/a-file', 'text');
  other.put('elsewhere/c/model.json', '{}');
  symlinkSync(join(other.root, 'elsewhere/c'), join(other.root, 'fixtures/models/c'));
  expect(await listModels(other.root)).toEqual(['a', 'b', 'c'].map((id) => join(other.root, 'fixtures/models', id)));
  expect(await listModels(join(other.root, 'nowhere'))).toEqual([]);
  other.remove();
});

test.each([
  [
    ['batch', 4],
    [8, 1],
    [1, 8],
  ],
  [['batch', 4], undefined, [1]],
  [[2, 4], [8, 1], [2]],
  [[], [3], [3]],
])('batches of an input %j with %j are %j', (dims, batches, expected) => {
  expect(
    batchesOf({ inputs: [{ name: 'x', dtype: 'float32', dims }], ...(batches && { batches }) } as unknown as ModelCard),
  ).toEqual(expected);
});
