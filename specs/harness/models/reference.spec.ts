import { afterAll, describe, expect, test } from 'vitest';
import { readModel } from '../../../src/models/card.ts';
import { readDatasetLogits, readReference } from '../../../src/models/reference.ts';
import { writeNpz } from '../support/npz.ts';
import { zeros } from '../../../src/tensor/tensor.ts';
import { newProject, product, referenceInputs } from '../support/project.ts';
import type { Json } from '../support/project.ts';
import { refusal } from '../support/refusal.ts';

const project = newProject();
afterAll(() => project.remove());

const model = (parts: Json = {}): ReturnType<typeof readModel> => readModel(project.card('linear', parts));
const npz = (name: string, tensors: Parameters<typeof writeNpz>[0]): Json => ({
  ...project.put(`fixtures/models/linear/${name}`, writeNpz(tensors)),
});

describe('a reference', () => {
  test('has the raw inputs and the trusted outputs of the card', async () => {
    const reference = await readReference(await model());
    expect(reference).toMatchObject({ source: 'float64 of the spec', rows: 8 });
    expect(reference?.inputs).toEqual({ x: referenceInputs });
    expect(reference?.outputs).toEqual({ y: product(referenceInputs) });
  });

  test('may be missing, and logits over the data set, too', async () => {
    const without = await model({ reference: undefined });
    expect(await readReference(without)).toBeNull();
    expect(await readDatasetLogits(without)).toBeNull();
    expect(await readDatasetLogits(await model())).toBeNull();
  });

  test('is refused where one byte changed, or an array is missing', async () => {
    const changed = await model();
    project.put(
      'fixtures/models/linear/reference.npz',
      writeNpz({ x: zeros('float32', [8, 4]), y: product(referenceInputs) }),
    );
    expect((await refusal(() => readReference(changed))).message).toMatch(
      /reference\.npz: is not the file of the card/,
    );
    const file = npz('other.npz', { x: referenceInputs });
    const lacking = await model({ reference: { source: 'spec', file } });
    expect((await refusal(() => readReference(lacking))).message).toMatch(/other\.npz: has no array 'y'/);
  });

  test('is refused, with its name, where its hash is right and it is no archive', async () => {
    const file = project.put('fixtures/models/linear/text.npz', 'this is no archive');
    const wrong = await model({ reference: { source: 'spec', file } });
    expect((await refusal(() => readReference(wrong))).message).toMatch(/text\.npz: cannot be read/);
  });

  test('is refused where its arrays have different numbers of rows, or none', async () => {
    const uneven = await model({
      reference: { source: 'spec', file: npz('uneven.npz', { x: referenceInputs, y: zeros('float64', [7, 3]) }) },
    });
    expect((await refusal(() => readReference(uneven))).message).toMatch(/uneven\.npz: has arrays of 8 and 7 rows/);
    const empty = await model({
      reference: {
        source: 'spec',
        file: npz('empty.npz', { x: zeros('float32', [0, 4]), y: zeros('float64', [0, 3]) }),
      },
    });
    expect((await refusal(() => readReference(empty))).message).toMatch(/has arrays of 0 rows/);
  });

  test('may have an input without axes, which has no rows', async () => {
    const x = { name: 'x', dtype: 'float32', dims: ['batch', 4] };
    const scalar = await model({
      inputs: [x, { name: 'rate', dtype: 'int64', dims: [] }],
      reference: {
        source: 'spec',
        file: npz('scalar.npz', { x: referenceInputs, rate: zeros('int64', []), y: product(referenceInputs) }),
      },
    });
    expect(await readReference(scalar)).toMatchObject({ rows: 8, inputs: { rate: { dims: [] } } });
  });

  test('is refused where its rows are not what preprocessing takes: its card is wrong, and no worker', async () => {
    const preprocess = { scale: 1 / 255, mean: [0, 0, 0, 0], std: [1, 1, 1, 1] };
    const done = await model({
      inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 4], preprocess }],
      reference: { source: 'spec', file: npz('done.npz', { x: referenceInputs, y: product(referenceInputs) }) },
    });
    const { message } = await refusal(() => readReference(done));
    expect(message).toMatch(/done\.npz: has float32 rows of the float32 input x[^]*leave preprocess out/);
  });

  test('is refused where its rows are not what the input takes', async () => {
    const file = npz('bytes.npz', { x: zeros('uint8', [8, 4]), y: product(referenceInputs) });
    const wrong = await model({ reference: { source: 'spec', file } });
    expect((await refusal(() => readReference(wrong))).message).toMatch(
      /bytes\.npz: has uint8 rows of the float32 input x/,
    );
  });

  test('over the data set is the decision output', async () => {
    const dataset = npz('logits.npz', { y: product(referenceInputs) });
    const file = npz('reference2.npz', { x: referenceInputs, y: product(referenceInputs) });
    expect(await readDatasetLogits(await model({ reference: { source: 'spec', file, dataset } }))).toEqual(
      product(referenceInputs),
    );
  });
});
