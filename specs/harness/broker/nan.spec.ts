import { afterAll, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { Broker } from '../../../src/broker/broker.ts';
import { compareAnswers, expectedOf } from '../../../src/broker/answers.ts';
import type { ComparedAnswers } from '../../../src/metrics/sources.ts';
import { worstRelation } from '../../../src/metrics/sources.ts';
import { evidenceOf } from '../../../src/run/evidence.ts';
import { readProject } from '../../../src/cases/project.ts';
import { writeNpz } from '../support/npz.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import { floats, modelOf, node, valueInfo } from '../support/onnx.ts';
import { newProject, product, referenceInputs, weights } from '../support/project.ts';
import type { Json } from '../support/project.ts';

const project = newProject();
afterAll(() => project.remove());

// The root of a negative number is NaN, in the model as in its reference.
const model = modelOf({
  nodes: [node('MatMul', ['x', 'w'], ['z']), node('Sqrt', ['z'], ['y'])],
  initializers: [floats('w', [4, 3], weights)],
  inputs: [valueInfo('x', 'float32', ['batch', 4])],
  outputs: [valueInfo('y', 'float32', ['batch', 3])],
});
const roots = product(referenceInputs);
const y = tensor('float64', roots.dims, Float64Array.from(roots.data as Float64Array, Math.sqrt));

function card(id: string, tolerances: Json | undefined): void {
  const file = (name: string, content: Uint8Array) => project.put(`fixtures/models/${id}/${name}`, content);
  const artifact = (precision: string): Json => ({
    format: 'onnx',
    precision,
    files: [file(`${precision}.onnx`, model)],
  });
  project.card(id, {
    artifacts: { float32: artifact('float32'), int8: artifact('int8') },
    reference: { source: 'float64 of the spec', file: file('roots.npz', writeNpz({ x: referenceInputs, y })) },
    outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 3], task: 'raw' }],
    tolerances,
  });
}
card('refuses', undefined);
const equal = { reason: 'a root has no value below zero', nan: 'equal' };
card('allows', { float32: equal, int8: equal });

async function visits(id: string): Promise<readonly ComparedAnswers[]> {
  const backends = [await findBackend('ort-node/cpu'), await findBackend('ort-web/wasm')];
  const whole = await readProject(project.root, {});
  const broker = new Broker({ ...whole, backends }, { deadline: 60, processes: 1, budget: 0.01, patience: 1 });
  try {
    const places = ['float32', 'int8'].flatMap((artifact) =>
      backends.map((backend) => ({ artifact, backend: backend.id })),
    );
    return await Promise.all(
      places.map(async (place) => {
        const none = { metric: 'parity', batch: null, threads: 1, images: null };
        const visit = await broker.answers({ ...none, model: id, ...place });
        if (!visit.ok) throw new Error(visit.failure.reason);
        return visit.value;
      }),
    );
  } finally {
    await broker.close();
  }
}

const excesses = async (id: string): Promise<readonly number[]> =>
  (await visits(id)).map((visit) => worstRelation(visit)?.relation.comparison.excess ?? NaN);

test('NaN against NaN is refused, on floats and quantized ones, against the reference and across backends', async () => {
  expect(await excesses('refuses')).toEqual([Infinity, Infinity, Infinity, Infinity]);
});

test('what explains a mismatch is of the output that has it, and NaN that is refused stands first', async () => {
  const [first] = await visits('refuses');
  expect(first!.batches[0]!.relations[0]!.explanation!.worst[0]).toMatchObject({ actual: NaN, expected: NaN });
  expect(evidenceOf(first!)[0]).toMatch(/^seen at batch /);
  const x = tensor('float32', [1, 2], Float32Array.of(1, 2));
  const named = { id: 'm', outputs: [], artifacts: {} } as never;
  const output = (...values: number[]) => tensor('float32', [1, 2], Float32Array.from(values));
  const reference = { source: 's', rows: 1, inputs: { x }, outputs: { a: output(1, 2), b: output(1, 2) } };
  const [compared] = compareAnswers(
    named,
    reference,
    { batches: [{ batch: 1, rows: 1, outputs: { a: output(NaN, 2), b: output(1, 2.5) } }], peakBytes: 1 },
    () => [expectedOf(named, 'float32', { precision: 'float32' } as never, reference)],
  );
  expect(compared!.relations[0]!.explanation!.worst[0]).toMatchObject({ actual: NaN, expected: 1 });
});

test('a card may say that NaN is part of the answer', async () => {
  for (const excess of await excesses('allows')) expect(excess).toBeLessThanOrEqual(1);
});
