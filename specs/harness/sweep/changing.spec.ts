import { expect, test } from 'vitest';
import { takeChanging } from '../../../src/sweep/changing.ts';
import type { SweepSubject } from '../../../src/sweep/subject.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';
import { WorkerFailure } from '../../../src/workers/worker.ts';
import type { Worker } from '../../../src/workers/worker.ts';

const subject = {
  name: 'a.onnx',
  path: 'a.onnx',
  model: { card: { inputs: [{ name: 'x', dtype: 'float32', dims: [null, 1] }] }, folder: '' },
  artifact: { format: 'onnx' },
  artifactId: 'a.onnx',
  reference: { source: 'drawn', rows: 1, inputs: { x: tensor('float32', [1, 1], Float32Array.of(1)) }, outputs: {} },
} as unknown as SweepSubject;

/** Dies as `how` says at any size beyond `room`; a call after one of another size takes twice as long. */
function worker(room: number, how: WorkerFailure, opened: number[]): Worker {
  let last = 0;
  return {
    open: async () => void opened.push(room),
    run: async ({ x }: TensorMap) => {
      const batch = x!.dims[0]!;
      if (batch > room) throw how;
      const seconds = last === batch ? 1 : 2;
      last = batch;
      return { seconds, outputs: {}, peakBytes: 1 };
    },
    close: async () => undefined,
  } as unknown as Worker;
}

const measure = (room: number, how: WorkerFailure, opened: number[] = []): ReturnType<typeof takeChanging> =>
  takeChanging(subject, [1, 2, 4, 8], { start: () => worker(room, how, opened), limit: null, root: '.' } as never);
const noMemory = new WorkerFailure('refused', 'std::bad_alloc');

test('one session of all sizes says what a change costs', async () => {
  const found = await measure(8, noMemory);
  expect(found.map(({ batch, ratio }) => [batch, ratio])).toEqual([1, 2, 4, 8].map((batch) => [batch, 2]));
});

test('where memory runs out the largest size is left out, and a fresh session tries the others', async () => {
  const opened: number[] = [];
  const found = await measure(3, noMemory, opened);
  expect(found.map(({ batch }) => batch)).toEqual([1, 2]);
  expect(opened).toHaveLength(3);
});

test.each([
  ['fewer than two sizes are left', 1, noMemory],
  ['the session died', 4, new WorkerFailure('crashed', 'the worker was killed by SIGSEGV')],
])('nothing is said where %s', async (_, room, how) => {
  expect(await measure(room, how)).toEqual([]);
});
