import { expect, test } from 'vitest';
import { nearest } from '../../../src/schema/explain.ts';

const known = ['float32', 'latency', 'size', 'id'];
test.each([
  ['flaot32', 'float32'],
  ['Latency', 'latency'],
  ['latncy', 'latency'],
  ['sizes', 'size'],
  ['idd', 'id'],
  ['memory', undefined],
  ['', undefined],
  ['fl32', 'float32'],
  ['nsize', 'size'],
  ['zise', 'size'],
  ['ix', 'id'],
  ['xy', undefined],
])('%j means %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test('nothing is near where nothing is known', () => {
  expect(nearest('x', [])).toBeUndefined();
});
