import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { Broker } from '../../../src/broker/broker.ts';
import type { Measured } from '../../../src/broker/measurement.ts';
import type { Case } from '../../../src/cases/case.ts';
import { readProject } from '../../../src/cases/project.ts';
import type { ComparedAnswers } from '../../../src/metrics/sources.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { linearModel } from '../support/onnx.ts';
import { newProject, weights } from '../support/project.ts';
import type { Json } from '../support/project.ts';
import { faultsFolder, hasTorch } from '../support/python.ts';
import { safetensors } from '../support/safetensors.ts';
import { Worker } from '../../../src/workers/worker.ts';

const project = newProject();
afterAll(() => project.remove());
const folder = 'fixtures/models/linear';

/** The linear model of the specs; `parts` replace lines of it. */
const architecture = (parts: { weights?: string; forward?: string; more?: string } = {}): string =>
  `import torch
from torch import nn

WEIGHTS = "${parts.weights ?? 'model.onnx'}"

class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(4, 3))

    def forward(self, x):
        ${parts.forward ?? 'return {"y": x @ self.w}'}

def build():
    return Linear()

${parts.more ?? ''}
`;

const put = (name: string, content: string | Uint8Array): string => {
  project.put(`${folder}/${name}`, content);
  return `${project.root}/${folder}/${name}`;
};

const right = { w: { dims: [4, 3], values: weights } };
const negated = { w: { dims: [4, 3], values: weights.map((value, index) => (index === 5 ? -value : value)) } };

const backends = await Promise.all(['ort-node/cpu', 'torch/eager'].map((id) => findBackend(id)));
const eager = await findBackend('torch/eager');
const options = { root: project.root, threads: 1, core: null, deadline: 120 };

const torch = (files: readonly Json[]): Json => ({ format: 'torch', precision: 'float32', files });
const subject = (artifact: string, backend: string): Case => ({
  metric: 'parity',
  model: 'linear',
  artifact,
  backend,
  batch: null,
  threads: 1,
  images: null,
});

const excessOf = (measured: Measured<ComparedAnswers>): number => {
  if (!measured.ok) throw new Error(measured.failure.reason);
  return Math.max(
    ...measured.value.batches.flatMap(({ relations }) => relations.map((each) => each.comparison.excess)),
  );
};

describe.runIf(hasTorch)('a model on torch', () => {
  test('a changed weight and a changed architecture are verdicts of their own cases alone', async () => {
    const files = (name: string, source: string, tensors: typeof right): readonly Json[] => [
      project.put(`${folder}/${name}.py`, source),
      project.put(`${folder}/${name}.safetensors`, safetensors(tensors)),
    ];
    const same = files('same', architecture({ weights: 'same.safetensors' }), right);
    const artifacts = {
      float32: {
        format: 'onnx',
        precision: 'float32',
        files: [project.put(`${folder}/model.onnx`, linearModel(4, 3, weights))],
      },
      same: torch(same),
      negated: torch(files('negated', architecture({ weights: 'negated.safetensors' }), negated)),
      stale: torch([{ ...same[0], sha256: '0'.repeat(64) }, ...same.slice(1)]),
    };
    project.card('linear', { artifacts });
    const read = { ...(await readProject(project.root, {})), backends };
    const broker = new Broker(read, { deadline: 120, processes: 2, patience: Infinity, budget: 0.01 });
    const visit = (artifact: string): Promise<Measured<ComparedAnswers>> =>
      broker.answers(subject(artifact, 'torch/eager'));
    try {
      expect(excessOf(await broker.answers(subject('float32', 'ort-node/cpu')))).toBeLessThan(1);
      expect(excessOf(await visit('same'))).toBeLessThan(1);
      expect(excessOf(await visit('negated'))).toBeGreaterThan(1);
      expect(await visit('stale')).toMatchObject({
        ok: false,
        failure: { kind: 'refused', reason: expect.stringContaining('its content changed') },
      });
    } finally {
      await broker.close();
    }
  });

  test('says what is wrong with its files and feeds, and lives on', async () => {
    const worker = new Worker(eager, options);
    const x = tensor('float32', [1, 4], Float32Array.of(1, 2, 3, 4));
    const opening = (source: string): Promise<unknown> => worker.open(put('network.py', source));
    try {
      put('model.onnx', linearModel(4, 3, weights));
      await opening(architecture());
      const { outputs } = await worker.run({ x });
      expect(outputs['y']?.dims).toEqual([1, 3]);
      await expect(worker.run({ wrong: x })).rejects.toThrow('the model takes x, not wrong');
      await expect(worker.run({ x: tensor('uint64', [1], BigUint64Array.of(1n)) })).rejects.toThrow('uint64');

      await opening(architecture({ forward: 'return x @ self.w, x.sum()' }));
      expect(Object.keys((await worker.run({ x })).outputs)).toEqual(['output_0', 'output_1']);

      await opening(architecture({ forward: 'return x.nothing' }));
      await expect(worker.run({ x })).rejects.toMatchObject({
        kind: 'refused',
        message: expect.stringMatching(/^AttributeError: .*'nothing' \(.*network\.py:12\)$/),
      });

      await opening(architecture({ forward: 'return x[:0], x.T' }));
      expect((await worker.run({ x })).outputs).toEqual({
        output_0: tensor('float32', [0, 4], new Float32Array(0)),
        output_1: tensor('float32', [4, 1], Float32Array.of(1, 2, 3, 4)),
      });

      await expect(opening('WEIGHTS = "model.onnx"')).rejects.toThrow('does not define build()');
      await expect(opening('def build(:')).rejects.toThrow(/\(network\.py, line 1\)$/);
      const renamed = 'def state_dict(tensors):\n    return {"v": tensors["w"]}';
      await expect(opening(architecture({ more: renamed }))).rejects.toThrow(
        'the weights lack 1 tensors of network.py, such as: w',
      );

      put('other.onnx', linearModel(4, 2, weights.slice(0, 8)));
      await expect(opening(architecture({ weights: 'other.onnx' }))).rejects.toThrow('size mismatch for w');
      put('half.onnx', linearModel(4, 3, weights).subarray(0, 60));
      await expect(opening(architecture({ weights: 'half.onnx' }))).rejects.toThrow('half.onnx is damaged');
      put('half.safetensors', safetensors(right).subarray(0, 40));
      await expect(opening(architecture({ weights: 'half.safetensors' }))).rejects.toThrow(
        'half.safetensors is damaged',
      );
      // What torch.save writes would run code when it is unpickled.
      put('pickled.safetensors', Buffer.from('PK\x03\x04 and then a pickle'));
      await expect(opening(architecture({ weights: 'pickled.safetensors' }))).rejects.toThrow('is damaged');
      await expect(opening(architecture({ weights: 'weights.pt' }))).rejects.toThrow(
        'holds no weights that can be read',
      );
    } finally {
      await worker.close();
    }
  });

  test('is traced with the inputs of example(), which torch/script asks for', async () => {
    const worker = new Worker(await findBackend('torch/script'), options);
    try {
      put('model.onnx', linearModel(4, 3, weights));
      await expect(worker.open(put('network.py', architecture()))).rejects.toThrow('does not define example()');
      await worker.open(put('network.py', architecture({ more: 'def example():\n    return (torch.zeros(2, 4),)' })));
      const rows = tensor(
        'float32',
        [5, 4],
        Float32Array.from({ length: 20 }, (_, index) => index),
      );
      expect((await worker.run({ x: rows })).outputs['y']?.dims).toEqual([5, 3]);
    } finally {
      await worker.close();
    }
  });
});

test.runIf(hasTorch)(
  'on a GPU a call takes its inputs there, waits, and has its outputs here; its memory is told',
  async () => {
    const note = `${project.root}/note`;
    const env = () => ({
      ONPAR_TORCH_MODULES: fileURLToPath(new URL('../../../src/backends/python', import.meta.url)),
      ONPAR_TORCH_NOTE: note,
    });
    const worker = new Worker({ ...eager, id: 'test/device', env }, { ...options, backends: faultsFolder });
    const x = tensor('float32', [1, 4], Float32Array.of(1, 2, 3, 4));
    try {
      put('model.onnx', linearModel(4, 3, weights));
      expect(await worker.hello()).toMatchObject({ provider: 'eager, cuda' });
      await worker.open(put('network.py', architecture()));
      const { outputs } = await worker.run({ x });
      const expected = [0, 1, 2].map((column) =>
        [1, 2, 3, 4].reduce((sum, value, row) => sum + value * (weights[3 * row + column] ?? 0), 0),
      );
      for (const [index, value] of expected.entries()) expect(outputs['y']?.data[index]).toBeCloseTo(value, 5);
      expect((await worker.sample({ x }, 1, 2)).deviceBytes).toBe(3 * 2 ** 20);
      // The module once, and one input a call.
      expect(readFileSync(note, 'utf8').trim().split('\n')).toEqual([
        "synchronized after 2 to {'cuda'}",
        ...[1, 2, 3].map(() => "synchronized after 1 to {'cuda'}"),
      ]);
    } finally {
      await worker.close();
    }
  },
);
