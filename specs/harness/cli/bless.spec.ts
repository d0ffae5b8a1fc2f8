import { expect, test } from 'vitest';
import { patternOf } from '../../../src/cli/bless.ts';

const ids = new Set(['cnn/int8', 'cnn/float32/torch/eager', 'fashion-cnn/int8']);
const names = [
  'size cnn/int8',
  'size cnn/int8-static',
  'size fashion-cnn/int8',
  'parity cnn/int8/ort-node/cpu',
  'parity cnn/float32/torch/eager',
  'parity cnn/float32/torch/eager@cuda',
];
const matched = (word: string): string[] => names.filter((name) => new RegExp(patternOf(word, ids)).test(name));

test('a whole case is itself alone, as a report gives it to paste', () => {
  expect(matched('cnn/int8')).toEqual(['size cnn/int8']);
  expect(matched('fashion-cnn/int8')).toEqual(['size fashion-cnn/int8']);
  expect(matched('cnn/float32/torch/eager')).toEqual(['parity cnn/float32/torch/eager']);
});

test('any other word is a part of the names, and no expression', () => {
  expect(matched('int8')).toEqual(names.slice(0, 4));
  expect(matched('cnn.int8')).toEqual([]);
});
