import { expect, test } from 'vitest';
import { anchoredTo, compareAnswers, expectedOf } from '../../../src/broker/answers.ts';
import { int8AcrossBackends } from '../../../src/compare/tolerance.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { of } from '../compare/making.ts';

const part = { rows: 1, outputs: {} };

test('a quantized file is held tightly to itself on another backend', () => {
  expect(anchoredTo('ort-node/cpu', part).tolerance('float32')).toEqual(int8AcrossBackends);
});

test('what its reference proves is not asked again: a tenth either way holds small outputs, of which zeros would not pass', () => {
  const [x, y] = [of('float32', [2, 1], [1, 2]), of('float32', [2, 2], [0.05, -0.08, 0.03, 0.07])];
  const card = { id: 'm', outputs: [{ name: 'y', task: 'raw' }], artifacts: {} } as never;
  const reference = { source: 'float64', rows: 2, inputs: { x }, outputs: { y } };
  const relations = (answered: Tensor) =>
    compareAnswers(
      card,
      reference,
      { batches: [{ batch: 2, rows: 2, outputs: { y: answered } }], peakBytes: 1 },
      () => [
        expectedOf(card, 'int8', { precision: 'int8' } as never, reference),
        anchoredTo('ort-node/cpu', { rows: 2, outputs: { y } }),
      ],
    )[0]!.relations.map(({ comparison: { vacuous, excess } }) => [vacuous, excess <= 1]);
  expect(relations(y)).toEqual([
    [null, true],
    [null, true],
  ]);
  expect(relations(of('float32', [2, 2], [0, 0, 0, 0]))).toEqual([
    [null, false],
    [null, false],
  ]);
  // What proves nothing against the reference is still said there.
  const [constant] = compareAnswers(
    card,
    { ...reference, outputs: { y: of('float32', [2, 2], [1, 1, 1, 1]) } },
    { batches: [{ batch: 2, rows: 2, outputs: { y } }], peakBytes: 1 },
    () => [
      expectedOf(card, 'int8', { precision: 'int8' } as never, {
        ...reference,
        outputs: { y: of('float32', [2, 2], [1, 1, 1, 1]) },
      }),
    ],
  );
  expect(constant!.relations[0]!.comparison.vacuous).toContain('all 4 expected elements are 1');
});

test('and no more loosely than its card says of its error, where it does; single elements stay bounded', () => {
  const { tolerance } = anchoredTo('ort-node/cpu', part, { nmse: 0.005, atol: 9 });
  expect(tolerance('float32')).toEqual({ ...int8AcrossBackends, nmse: 0.005 });
});
