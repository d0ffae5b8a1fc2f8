import { describe, expect, test } from 'vitest';
import type { Artifact, ModelCard } from '../../../src/models/card.ts';
import { differenceFrom, trustedOf } from '../../../src/sweep/agreement.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';

/** Rows of four values of RMS 1, the first one moved. */
const answer = (rows: number, moved = 0): TensorMap => {
  const values = Array.from({ length: 4 * rows }, (_, index) => (index % 2 === 0 ? 1 : -1));
  values[0]! += moved;
  return { y: tensor('float32', [rows, 4], Float32Array.from(values)) };
};

/** `rows`: after so many, the inputs are fed again. */
const of = (precision: Artifact['precision'], tolerance?: object, rows = 32) =>
  ({
    model: { card: { tolerances: { a: tolerance } } as unknown as ModelCard, folder: '' },
    artifact: { precision } as Artifact,
    artifactId: 'a',
    reference: { source: 'drawn', rows, inputs: {}, outputs: {} },
  }) as const;

const trusted = { from: 'ort-node/cpu at batch 8', rows: 8, outputs: answer(8) };
const difference = (subject: ReturnType<typeof of>, moved: number, batch = 2): string | null =>
  differenceFrom(subject, { batch, outputs: answer(batch, moved) }, trusted);

describe('the answer of another size or backend', () => {
  test.each([
    ['float32', 1e-5, 1e-3],
    // Its layers were rounded to float16, so its float32 outputs lie off by more, each to its own side.
    ['float16', 0.01, 0.05],
    ['int8', 0.1, 0.5],
  ] as const)('of a %s artifact may lie off by %d, not by %d', (precision, small, large) => {
    expect(difference(of(precision), small)).toBeNull();
    expect(difference(of(precision), large)).toMatch(/^y differs by up to .*, NMSE .* from ort-node\/cpu at batch 8/);
  });

  test('is held as the card says where it has a word on it', () => {
    expect(difference(of('float32', { atol: 1e-2, nmse: 1e-2 }), 1e-3)).toBeNull();
    expect(difference(of('int8', { nmse: 1e-6 }), 0.1)).toContain('differs');
  });

  test('is compared over the rows that both have', () => {
    expect(difference(of('float32'), 1, 16)).toContain('over the first 8 rows');
    expect(difference(of('float32'), 1, 1)).toContain('over the first 1 rows');
  });

  test.each([9, 15, 31])('is held to that of the same input where rows are fed again: wrong in row %i', (row) => {
    const outputs = answer(32);
    outputs['y']!.data[4 * row] = 5;
    const subject = of('float32', undefined, 8);
    expect(differenceFrom(subject, { batch: 32, outputs: answer(32) }, trusted)).toBeNull();
    expect(differenceFrom(subject, { batch: 32, outputs }, trusted)).toContain('over the first 32 rows');
    const first = trustedOf(subject, 32, outputs);
    expect(differenceFrom(subject, { batch: 32, outputs }, first)).toContain('from its own first rows');
    expect(differenceFrom(subject, { batch: 32, outputs: answer(32) }, first)).toBeNull();
  });
});
