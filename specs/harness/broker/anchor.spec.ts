import { expect, test } from 'vitest';
import { anchoredTo } from '../../../src/broker/visit.ts';
import { int8AcrossBackends } from '../../../src/compare/tolerance.ts';

const part = { rows: 1, outputs: {} };

test('a quantized file is held tightly to itself on another backend', () => {
  expect(anchoredTo('ort-node/cpu', part).tolerance('float32')).toEqual(int8AcrossBackends);
});

test('and no more loosely than its card says of its error, where it does; single elements stay bounded', () => {
  const { tolerance } = anchoredTo('ort-node/cpu', part, { nmse: 0.005, atol: 9 });
  expect(tolerance('float32')).toEqual({ ...int8AcrossBackends, nmse: 0.005 });
});
