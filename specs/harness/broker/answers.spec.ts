import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { findBackend } from '../../../src/backends/registry.ts';
import { compareAnswers, expectedOf, takeAnswers } from '../../../src/broker/answers.ts';
import type { BatchParity } from '../../../src/metrics/sources.ts';
import type { Artifact, ModelCard } from '../../../src/models/card.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';
import type { Worker } from '../../../src/workers/worker.ts';
import { product, referenceInputs } from '../support/project.ts';

const ortNode = await findBackend('ort-node/cpu');
/** Eight rows. */
const reference = {
  source: 'torch',
  rows: 8,
  inputs: { x: referenceInputs },
  outputs: { y: product(referenceInputs) },
};
const artifact = { format: 'onnx', precision: 'float32' } as Artifact;
const card = {
  artifacts: {},
  batches: [1, 6, 8, 20],
  inputs: [{ name: 'x', dtype: 'float32', dims: [null, 4] }],
  outputs: [{ name: 'y', dtype: 'float32', dims: [null, 3] }],
} as unknown as ModelCard;

/** Answers rightly but for these rows of each call. */
function workerOf(isWrong: (row: number) => boolean, asked: number[] = []): Worker {
  const run = async ({ x }: TensorMap): Promise<{ outputs: TensorMap; peakBytes: number }> => {
    const { dims, data } = product(x!);
    asked.push(dims[0]!);
    const width = dims[1]!;
    const values = Float32Array.from(data as Float64Array, (value, at) =>
      isWrong(Math.floor(at / width)) ? value + 1 : value,
    );
    return { outputs: { y: tensor('float32', dims, values) }, peakBytes: 1 };
  };
  return { run } as unknown as Worker;
}

async function compared(worker: Worker, backend: Backend = ortNode): Promise<readonly BatchParity[]> {
  const answers = await takeAnswers(worker, card, artifact, reference, backend);
  return compareAnswers(card, reference, answers, () => [expectedOf(card, 'float32', artifact, reference)]);
}

const excessOf = ({ relations }: BatchParity): number => relations[0]?.comparison.excess ?? NaN;
const right = (): boolean => false;

describe('answers', () => {
  test('runs every batch as large as it is called, beyond the rows of the reference as well', async () => {
    const asked: number[] = [];
    const batches = await compared(workerOf(right, asked));
    expect(asked).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 6, 6, 8, 20]);
    expect(batches.map(({ batch, rows }) => [batch, rows])).toEqual([
      [1, 8],
      [6, 12],
      [8, 8],
      [20, 20],
    ]);
    for (const each of batches) expect(excessOf(each)).toBeLessThan(1);
  });

  test.each([8, 13, 19])(
    'sees an answer that is wrong in row %i alone, which only the largest batch has',
    async (at) => {
      const batches = await compared(workerOf((row) => row === at));
      expect(batches.map((each) => excessOf(each) > 1)).toEqual([false, false, false, true]);
    },
  );

  test('of a slow backend has fewer rows, whole batches of them', async () => {
    const slow = { ...ortNode, limits: { ...ortNode.limits, referenceRows: 2 } };
    const batches = await compared(workerOf(right), slow);
    expect(batches.map(({ batch, rows }) => [batch, rows])).toEqual([
      [1, 2],
      [6, 6],
      [8, 8],
      [20, 20],
    ]);
  });
});
