import { describe, expect, test } from 'vitest';
import { piecesOf, sizeOf } from '../../../../src/models/recipe/graph.ts';
import { bytes, externalTensor, floats, hollow, hollowModel, linearModel } from '../../support/onnx.ts';

const weights = Array.from({ length: 12 }, (_, index) => index / 7);

/** What is written where every hole gets these values. */
const filledWith = (graph: Uint8Array, values: readonly number[]): Uint8Array =>
  Buffer.concat(
    piecesOf(graph).map((piece) =>
      piece instanceof Uint8Array ? piece : new Uint8Array(Float32Array.from(values).buffer),
    ),
  );

test('a filled graph is byte for byte the model that it was made from', () => {
  const filled = filledWith(hollowModel(), weights);
  expect(filled).toEqual(Buffer.from(linearModel(4, 3, weights)));
  expect(sizeOf(piecesOf(hollowModel()))).toBe(filled.byteLength);
});

test('holes have their name, their number of values and their note', () => {
  const pieces = piecesOf(hollowModel(hollow('w', [4, 3], 'fill centre -1.5 step 2e-05'), hollow('v', [5])));
  expect(pieces.filter((piece) => !(piece instanceof Uint8Array))).toEqual([
    { name: 'w', count: 12, centre: -1.5, step: 2e-5 },
    { name: 'v', count: 5, centre: 0.5, step: 0.001 },
  ]);
});

test('initializers that have their bytes keep them', () => {
  const kept = floats('v', [2], [1, 2]);
  const filled = Buffer.from(filledWith(hollowModel(hollow('w', [4, 3]), kept), weights));
  expect(filled.includes(Buffer.from(kept))).toBe(true);
});

describe('what cannot be filled is refused', () => {
  test.each([
    ['without a note', [hollow('w', [4, 3], 'weights of the first layer')], 'w cannot be filled: it has neither bytes'],
    ['with half a note', [hollow('w', [4, 3], 'fill centre 0 step wide')], 'neither bytes nor a note'],
    ['of another type', [hollow('w', [4, 3], undefined, 'float16')], 'w cannot be filled: it is not float32'],
    ['with an axis of 0', [hollow('w', [4, 0])], 'its shape is [4, 0]'],
    ['that no file can hold', [hollow('w', [65_536, 65_536])], 'its shape is [65536, 65536]'],
    [
      'which together exceed a file',
      ['a', 'b', 'c'].map((name) => hollow(name, [16_384, 16_384])),
      'filled, it would exceed 2 GiB',
    ],
    ['beside external data', [hollow('w', [4, 3]), externalTensor('v', [2], 'v.bin')], 'external data'],
    ['that is not there', [floats('w', [4, 3], weights)], 'nothing in it is to be filled'],
  ])('an initializer %s', (_, initializers, why) => {
    expect(() => piecesOf(hollowModel(...initializers))).toThrow(why);
  });

  test.each([
    ['a text', new TextEncoder().encode('<html>')],
    ['a torn graph', hollowModel().subarray(0, 60)],
    ['no graph', bytes(2, 'producer')],
  ])('%s', (_, content) => {
    expect(() => piecesOf(content)).toThrow(RangeError);
  });
});
