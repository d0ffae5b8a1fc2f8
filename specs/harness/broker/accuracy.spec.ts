import { describe, expect, test } from 'vitest';
import { takeAccuracy } from '../../../src/broker/accuracy.ts';
import type { AccuracyRequest } from '../../../src/broker/accuracy.ts';
import { attempt } from '../../../src/broker/measurement.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';
import type { Tensor, TensorMap } from '../../../src/tensor/tensor.ts';
import type { Worker } from '../../../src/workers/worker.ts';

/** 250 images of one pixel: the pixel is the class that a right model sees. */
const count = 250;
const pixels = Uint8Array.from({ length: count }, (_, index) => (index * 7) % 3);
const oneHot = (classes: ArrayLike<number>): Tensor =>
  tensor(
    'float32',
    [classes.length, 3],
    Float32Array.from({ length: classes.length * 3 }, (_, at) => (at % 3 === classes[Math.floor(at / 3)] ? 1 : 0)),
  );

interface FakeWorker {
  readonly worker: Worker;
  /** Rows of each call. */
  readonly batches: number[];
}

/** Answers with the pixel as class; `wrong` are images that it takes for another class. */
function fakeWorker(answer: (classes: Uint8Array) => TensorMap, wrong: readonly number[] = []): FakeWorker {
  const batches: number[] = [];
  let seen = 0;
  const run = async ({ image }: TensorMap): Promise<object> => {
    const rows = image?.dims[0] ?? 0;
    const classes = Uint8Array.from(image?.data as Uint8Array, (pixel, row) =>
      wrong.includes(seen + row) ? (pixel + 1) % 3 : pixel,
    );
    seen += rows;
    batches.push(rows);
    return { outputs: answer(classes), seconds: 0, peakBytes: 0 };
  };
  return { worker: { run } as unknown as Worker, batches };
}

/** `batch`: its one size, or the name of its axis. */
const cardOf = (batch: number | string): AccuracyRequest['card'] =>
  ({
    id: 'm',
    inputs: [{ name: 'image', dtype: 'uint8', dims: [batch, 1, 1, 1] }],
    outputs: [{ name: 'y', task: 'classification' }],
  }) as never;

const request = ({ worker }: FakeWorker, parts: Partial<AccuracyRequest> = {}): AccuracyRequest => ({
  worker,
  card: cardOf('batch'),
  artifact: {} as never,
  dataset: { card: { id: 'pixels' } as never, images: tensor('uint8', [count, 1, 1, 1], pixels), labels: pixels },
  reference: null,
  images: count,
  maxBatch: Infinity,
  ...parts,
});

const logits = (classes: Uint8Array): TensorMap => ({ y: oneHot(classes) });

describe('accuracy', () => {
  test('counts right answers over the first n images, in batches that the backend affords', async () => {
    const whole = fakeWorker(logits, [3, 120, 249]);
    expect(await takeAccuracy(request(whole))).toEqual({
      dataset: 'pixels',
      n: 250,
      correct: 247,
      flips: 0,
      firmFlips: 0,
      nearTies: 0,
      referenceCorrect: null,
    });
    expect(whole.batches).toEqual([100, 100, 50]);
    const few = fakeWorker(logits, [3, 120]);
    expect(await takeAccuracy(request(few, { images: 5, maxBatch: 2 }))).toMatchObject({ n: 5, correct: 4 });
    expect(few.batches).toEqual([2, 2, 1]);
  });

  test('counts flips against the reference apart from right answers', async () => {
    const reference = oneHot(pixels.map((pixel, index) => (index < 10 ? (pixel + 1) % 3 : pixel)));
    const found = await takeAccuracy(request(fakeWorker(logits, [0, 200]), { reference }));
    expect(found).toMatchObject({ n: 250, correct: 248, referenceCorrect: 240, flips: 10, firmFlips: 10, nearTies: 0 });
  });

  test('of a model that takes one batch size is asked in such batches, each image counted once', async () => {
    const card = cardOf(8);
    const fake = fakeWorker(logits);
    const reference = oneHot(pixels.map((pixel, index) => (index >= 248 ? (pixel + 1) % 3 : pixel)));
    expect(await takeAccuracy(request(fake, { card, reference, maxBatch: 4 }))).toMatchObject({
      n: 250,
      correct: 250,
      referenceCorrect: 248,
      flips: 2,
    });
    expect([new Set(fake.batches), fake.batches.length]).toEqual([new Set([8]), 32]);
  });

  test.each([
    [256, undefined, 1],
    [256, 8, 1],
    [16, 8, 1],
  ])(
    'of one whose batch of %d is more than the images that are asked for is fed a whole batch',
    async (size, asked, calls) => {
      const card = cardOf(size);
      const images = asked ?? count;
      const fake = fakeWorker(logits, [images - 1]);
      expect(await takeAccuracy(request(fake, { card, images }))).toMatchObject({ n: images, correct: images - 1 });
      expect(fake.batches).toEqual(Array.from({ length: calls }, () => size));
    },
  );

  test('tells flips of near-ties from others', async () => {
    const reference = oneHot(pixels);
    // Of the first two images the best two classes lie near each other.
    for (const image of [0, 1]) (reference.data as Float32Array)[3 * image + ((pixels[image]! + 1) % 3)] = 0.9995;
    const found = await takeAccuracy(request(fakeWorker(logits, [0, 200]), { reference, override: { atol: 1e-3 } }));
    expect(found).toMatchObject({ flips: 2, firmFlips: 1, nearTies: 2 });
  });

  test('counts near-ties within the tolerance that the card allows', async () => {
    // The first ten images: their two best classes lie 5e-4 apart.
    const reference = oneHot(pixels);
    for (let image = 0; image < 10; image += 1)
      (reference.data as Float32Array)[3 * image + ((pixels[image]! + 1) % 3)] = 0.9995;
    const ties = async (override: AccuracyRequest['override']): Promise<number> =>
      (await takeAccuracy(request(fakeWorker(logits), { reference, override }))).nearTies;
    expect([await ties(undefined), await ties({ atol: 1e-3 })]).toEqual([0, 10]);
  });

  const shaped =
    (...dims: number[]) =>
    (classes: Uint8Array): TensorMap => {
      const all = [classes.length, ...dims];
      return { y: zeros('float32', all) };
    };

  test.each([
    ['lacks the output', () => ({}), 'output y is missing for 100 rows'],
    [
      'answers one row a batch',
      (classes: Uint8Array) => logits(classes.subarray(0, 1)),
      'output y is float32 [1, 3] for 100 rows: its first axis is not the batch',
    ],
    [
      'answers other rows in its last batch',
      (classes: Uint8Array) => shaped(classes.length < 100 ? 4 : 3)(classes),
      'output y is float32 [50, 4] after float32 [100, 3]: its rows cannot be joined',
    ],
    ['answers without classes', shaped(), 'output y is float32 [100] for 100 images: it has no classes for each'],
    ['answers no classes', shaped(0), 'output y is float32 [100, 0] for 100 images: it has no classes for each'],
    [
      'answers many times an image',
      shaped(5, 3),
      'output y is float32 [100, 5, 3] for 100 images: it has no classes for each',
    ],
  ])('of a model that %s is refused, not counted', async (_, answer: (classes: Uint8Array) => TensorMap, reason) => {
    expect(await attempt(() => takeAccuracy(request(fakeWorker(answer))))).toEqual({
      ok: false,
      failure: { kind: 'refused', missing: null, reason },
    });
  });

  test('of a model that answers other classes than its reference is refused at once', async () => {
    const fake = fakeWorker(shaped(4));
    expect(await attempt(() => takeAccuracy(request(fake, { reference: oneHot(pixels) })))).toMatchObject({
      failure: { kind: 'refused', reason: 'output y is float32 [100, 4], of the reference float32 [250, 3]' },
    });
    expect(fake.batches).toEqual([100]);
  });

  test('against a reference of fewer rows is refused before anything runs', async () => {
    const fake = fakeWorker(logits);
    const measured = await attempt(() => takeAccuracy(request(fake, { reference: oneHot(pixels.subarray(0, 20)) })));
    expect(measured).toMatchObject({
      ok: false,
      failure: { kind: 'refused', reason: expect.stringContaining('has 20 rows for 250 images') },
    });
    expect(fake.batches).toEqual([]);
  });
});
