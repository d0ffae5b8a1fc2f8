import { describe, expect, test } from 'vitest';
import { compareOutputs } from '../../../src/compare/parity.ts';
import type { ParityOptions } from '../../../src/compare/parity.ts';
import { toleranceFor } from '../../../src/compare/tolerance.ts';
import { f32, logits, mapped, of } from './making.ts';

const options: ParityOptions = {
  tolerance: (_, { dtype }) => toleranceFor(dtype),
  classifications: ['logits'],
  inputsDiffer: true,
};
const expected = { logits: logits(), ids: of('int64', [3], [1, 2, 3]) };

test('outputs are compared by name, in the order of the reference', () => {
  const found = compareOutputs({ ids: expected.ids, logits: expected.logits }, expected, options);
  expect(found.outputs.map(({ output }) => output)).toEqual(['logits', 'ids']);
  expect(found).toMatchObject({ excess: 0, vacuous: null, flips: { count: 0, n: 64 } });
});

test('the excess is that of the worst output', () => {
  const off = mapped(expected.logits, (x) => x + 1e-4);
  const found = compareOutputs({ ...expected, logits: off }, expected, options);
  expect(found.excess).toBe(found.outputs[0]?.excess);
  expect(found.excess).toBeGreaterThan(1);
});

test('a tolerance is asked for by name', () => {
  const off = mapped(expected.logits, (x) => x + 1e-4);
  const tolerance: ParityOptions['tolerance'] = (name) =>
    toleranceFor('float32', name === 'logits' ? { atol: 1, nmse: 1 } : {});
  expect(compareOutputs({ ...expected, logits: off }, expected, { ...options, tolerance }).excess).toBeLessThan(1);
});

describe('structure', () => {
  test('a missing output is a fault', () => {
    const found = compareOutputs({ ids: expected.ids }, expected, options);
    expect(found.outputs[0]).toMatchObject({
      output: 'logits',
      structure: 'the output is missing',
      dims: [64, 10],
    });
    expect(found).toMatchObject({ excess: Infinity, flips: null, vacuous: null });
  });

  test('an extra output is a fault', () => {
    const found = compareOutputs({ ...expected, more: f32(1) }, expected, options);
    expect(found.outputs[2]).toMatchObject({
      output: 'more',
      structure: 'the output is not in the reference',
    });
    expect(found.excess).toBe(Infinity);
  });

  test('names that every object has are outputs like others', () => {
    const found = compareOutputs({}, { constructor: f32(1, 2) }, options);
    expect(found.outputs.map(({ structure }) => structure)).toEqual(['the output is missing']);
  });

  test('dims that differ leave no flips to count', () => {
    const found = compareOutputs({ ...expected, logits: logits(32) }, expected, options);
    expect(found).toMatchObject({ excess: Infinity, flips: null });
  });
});

test('no outputs at all prove nothing and match nothing', () => {
  expect(compareOutputs({}, {}, options)).toEqual({
    outputs: [],
    excess: Infinity,
    vacuous: 'no outputs were compared',
    flips: null,
  });
});

test('one vacuous output is named', () => {
  const flat = { ...expected, mask: of('bool', [4], [1, 1, 1, 1]) };
  expect(compareOutputs(flat, flat, options).vacuous).toBe('mask: all 4 expected elements are 1');
});

test('inputs that do not differ excuse equal rows', () => {
  const rows = { y: of('float32', [2, 2], [1, 2, 1, 2]) };
  expect(compareOutputs(rows, rows, options).vacuous).toMatch(/^y: the 2 expected rows/);
  expect(compareOutputs(rows, rows, { ...options, inputsDiffer: false }).vacuous).toBeNull();
});

test('flips of several classifications add up; others have none', () => {
  const two = { a: of('float32', [2, 2], [1, 2, 2, 1]), b: of('float32', [2, 2], [1, 2, 2, 1]) };
  const turned = { a: mapped(two.a, (x) => -x), b: of('float32', [2, 2], [1, 2, 1, 2]) };
  const named = (classifications: readonly string[]) =>
    compareOutputs(turned, two, { ...options, classifications }).flips;
  expect(named(['a', 'b'])).toEqual({ count: 3, n: 4 });
  expect(named(['b', 'absent'])).toEqual({ count: 1, n: 2 });
  expect(named([])).toBeNull();
});
