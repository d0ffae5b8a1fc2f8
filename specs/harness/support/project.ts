/** A project of one's own in a temporary folder: a tiny model, its card with fresh hashes, and a reference computed here. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DatasetCard } from '../../../src/datasets/dataset.ts';
import type { ModelCard } from '../../../src/models/card.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { writeNpz } from './npz.ts';
import { linearModel } from './onnx.ts';

export type Json = Record<string, unknown>;

export interface TestProject {
  readonly root: string;
  /** Writes a file below the root and describes it for a card in `folder`. */
  put(path: string, content: Uint8Array | string): { path: string; sha256: string; bytes: number };
  /** Writes fixtures/models/<id>/model.json: the linear model's card with these parts in place of its own; undefined removes one. */
  card(id: string, parts?: Json): string;
  dataset(id: string, card: DatasetCard | Json): string;
  remove(): void;
}

const inputs = 4;
const classes = 3;
const rows = 8;

/** One column a class; no two alike. */
export const weights = Array.from({ length: inputs * classes }, (_, index) => Math.sin(index + 1));

/** Inputs of the reference: [8, 4], no two rows alike. */
export const referenceInputs = tensor(
  'float32',
  [rows, inputs],
  Float32Array.from({ length: rows * inputs }, (_, index) => Math.cos(index * 1.7)),
);

/** x . weights, in float64. */
export function product({ data, dims }: Tensor): Tensor {
  const count = dims[0] ?? 0;
  const result = new Float64Array(count * classes);
  for (let row = 0; row < count; row += 1)
    for (let column = 0; column < classes; column += 1)
      for (let k = 0; k < inputs; k += 1)
        result[row * classes + column] =
          (result[row * classes + column] ?? 0) +
          Number(data[row * inputs + k]) * Math.fround(weights[k * classes + column] ?? 0);
  return tensor('float64', [count, classes], result);
}

export const described = (
  path: string,
  content: Uint8Array | string,
): { path: string; sha256: string; bytes: number } => ({
  path,
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: Buffer.byteLength(content),
});

export function newProject(): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'onpar-project-'));
  mkdirSync(join(root, 'fixtures', 'models'), { recursive: true });
  const put: TestProject['put'] = (path, content) => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    return described(path.split('/').slice(3).join('/'), content);
  };
  return {
    root,
    put,
    card(id, parts = {}) {
      const folder = `fixtures/models/${id}`;
      const model = put(`${folder}/model.onnx`, linearModel(inputs, classes, weights));
      const reference = put(`${folder}/reference.npz`, writeNpz({ x: referenceInputs, y: product(referenceInputs) }));
      put(`${folder}/model.json`, JSON.stringify({ ...linearCard(id, model, reference), ...parts }, null, 2));
      return join(root, folder);
    },
    dataset(id, card) {
      put(`fixtures/datasets/${id}/dataset.json`, JSON.stringify(card, null, 2));
      return join(root, 'fixtures', 'datasets', id);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

type Described = ReturnType<TestProject['put']>;

const linearCard = (id: string, model: Described, reference: Described): ModelCard => ({
  id,
  name: `Linear ${id}`,
  inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', inputs] }],
  outputs: [
    { name: 'y', dtype: 'float32', dims: ['batch', classes], task: 'classification', classes: ['a', 'b', 'c'] },
  ],
  artifacts: { float32: { format: 'onnx', precision: 'float32', files: [model] } },
  reference: { source: 'float64 of the spec', file: reference },
  batches: [1, 4],
});
