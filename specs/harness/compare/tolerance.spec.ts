import { expect, test } from 'vitest';
import { exact, quantizedAgainstFloat, toleranceFor } from '../../../src/compare/tolerance.ts';
import { scaleTolerance } from './making.ts';

test('starts at the table of torch.testing.assert_close', () => {
  expect(toleranceFor('float16')).toEqual({ atol: 1e-5, rtol: 1e-3, nmse: 1e-5, nan: 'refuse' });
  expect(toleranceFor('float32')).toEqual({ atol: 1e-5, rtol: 1.3e-6, nmse: 1e-9, nan: 'refuse' });
  expect(toleranceFor('float64')).toEqual({ atol: 1e-7, rtol: 1e-7, nmse: 1e-17, nan: 'refuse' });
});

test('an override replaces what it names', () => {
  expect(toleranceFor('float32', { rtol: 0 })).toEqual({ atol: 1e-5, rtol: 0, nmse: 1e-9, nan: 'refuse' });
  expect(toleranceFor('float32', { atol: 1, nmse: 2, nan: 'equal' })).toEqual({
    atol: 1,
    rtol: 1.3e-6,
    nmse: 2,
    nan: 'equal',
  });
});

test.each(['int64', 'uint8', 'bool'] as const)('%s stays exact under an override', (dtype) => {
  expect(toleranceFor(dtype, { atol: 1 })).toBe(exact);
  expect(exact).toEqual({ atol: 0, rtol: 0, nmse: 0, nan: 'refuse' });
});

test.each([{ atol: -1 }, { rtol: NaN }, { nmse: -1e-9 }])('refuses %o', (override) => {
  const [name] = Object.keys(override);
  expect(() => toleranceFor('float32', override)).toThrow(new RegExp(`^${name} must be a number >= 0, got`));
});

test('scales NMSE by the square, for it is a power', () => {
  expect(scaleTolerance({ atol: 1, rtol: 2, nmse: 3, nan: 'equal' }, 2)).toEqual({
    atol: 2,
    rtol: 4,
    nmse: 12,
    nan: 'equal',
  });
});

test('the INT8 relation bounds the aggregate alone', () => {
  expect(quantizedAgainstFloat).toEqual({ atol: Infinity, rtol: 0, nmse: 1e-3, nan: 'refuse' });
});
