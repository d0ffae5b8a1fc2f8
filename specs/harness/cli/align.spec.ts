import { describe, expect, test } from 'vitest';
import type { Signature } from '../../../src/backends/backend.ts';
import { alignedFeeds, alignedOutputs } from '../../../src/cli/align.ts';
import { tensor, zeros } from '../../../src/tensor/tensor.ts';
import { refusal } from '../support/refusal.ts';

const input = (name: string, dims: Signature['dims'] = ['batch', 2]): Signature => ({ name, dtype: 'float32', dims });
const a = tensor('float32', [1, 2], Float32Array.of(1, 2));
const b = tensor('float32', [1, 2], Float32Array.of(3, 4));

describe('feeds for a second file', () => {
  test('go by name, in whatever order', () => {
    expect(alignedFeeds({ a, b }, [input('a'), input('b')], [input('b'), input('a')])).toEqual({
      feeds: { a, b },
      assumptions: [],
    });
  });

  test('go by place where the names differ, and say so', () => {
    expect(alignedFeeds({ a, b }, [input('a'), input('b')], [input('p'), input('q')])).toEqual({
      feeds: { p: a, q: b },
      assumptions: ['input p is taken for a', 'input q is taken for b'],
    });
  });

  test('are refused where there are more or fewer inputs', async () => {
    expect((await refusal(() => alignedFeeds({ a }, [input('a')], [input('a'), input('b')]))).what).toBe(
      'has 2 inputs (a, b), the first file has 1 (a)',
    );
  });

  test('are transposed where the second file wants channels last, and only there', () => {
    const image = tensor('float32', [1, 2, 1, 2], Float32Array.of(1, 2, 3, 4));
    const { feeds, assumptions } = alignedFeeds({ image }, [input('image')], [input('image', [null, 1, 2, 2])]);
    expect(feeds['image']).toEqual(tensor('float32', [1, 1, 2, 2], Float32Array.of(1, 3, 2, 4)));
    expect(assumptions).toEqual(['input image is fed as NHWC, transposed from NCHW']);
    const square = zeros('float32', [1, 3, 3, 3]);
    expect(alignedFeeds({ image: square }, [input('image')], [input('image', [null, 3, 3, 3])])).toEqual({
      feeds: { image: square },
      assumptions: [],
    });
  });
});

describe('outputs of a second file', () => {
  test('go by name where all names are there', () => {
    const aligned = alignedOutputs({ b, a }, [input('b'), input('a')], [input('a'), input('b')]);
    expect(aligned).toEqual({ outputs: { b, a }, assumptions: [] });
  });

  test('go by place where names differ, and say so', () => {
    expect(alignedOutputs({ scores: a }, [input('scores')], [input('y')])).toEqual({
      outputs: { y: a },
      assumptions: ['output scores is taken for y'],
    });
  });

  test('go by the signatures, not by the order in which JavaScript keeps number-like names', () => {
    const aligned = alignedOutputs({ 482: b, 495: a }, [input('495'), input('482')], [input('scores'), input('boxes')]);
    expect(aligned.outputs).toEqual({ scores: a, boxes: b });
  });

  test('stay as they are where their number differs: the comparison says what is missing', () => {
    const aligned = alignedOutputs({ scores: a }, [input('scores')], [input('y'), input('z')]);
    expect(aligned).toEqual({ outputs: { scores: a }, assumptions: [] });
  });
});
