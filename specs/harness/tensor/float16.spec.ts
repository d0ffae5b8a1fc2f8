import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFloat16, decodeFloat16s, encodeFloat16 } from '../../../src/tensor/float16.ts';

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x3555, 0.333251953125],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
])('bits %i are %d', (bits, value) => {
  expect(decodeFloat16(bits)).toBe(value);
  expect(encodeFloat16(value)).toBe(bits);
});

test('all numbers survive the way there and back', () => {
  const bits = Array.from({ length: 65536 }, (_, i) => i).filter((i) => !Number.isNaN(decodeFloat16(i)));
  expect(bits).toHaveLength(65536 - 2 * 1023);
  expect(bits.map((i) => encodeFloat16(decodeFloat16(i)))).toEqual(bits);
  expect(decodeFloat16(0x7c01)).toBeNaN();
});

test('rounds to nearest, ties to even, carrying into the exponent', () => {
  expect(encodeFloat16(1 + 2 ** -11)).toBe(0x3c00);
  expect(encodeFloat16(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(encodeFloat16(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01);
  expect(encodeFloat16(2 - 2 ** -12)).toBe(0x4000);
  expect(encodeFloat16(2 ** -25)).toBe(0);
  expect(encodeFloat16(2 ** -25 + 2 ** -60)).toBe(1);
  expect(encodeFloat16(65519.99)).toBe(0x7bff);
  expect(encodeFloat16(65520)).toBe(0x7c00);
  expect(encodeFloat16(-1e300)).toBe(0xfc00);
  expect(encodeFloat16(-5e-324)).toBe(0x8000);
});

test('encodes to the nearest of all float16', () => {
  fc.assert(
    fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = encodeFloat16(value);
      const error = Math.abs(decodeFloat16(bits) - value);
      for (const neighbour of [bits - 1, bits + 1]) {
        const other = Math.abs(decodeFloat16(neighbour) - value);
        expect(Number.isNaN(other) || other >= error).toBe(true);
      }
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test('decodes a range to the front', () => {
  const into = new Float64Array(3);
  decodeFloat16s(Uint16Array.of(0x3c00, 0x4000, 0xc000, 0), 1, 3, into);
  expect([...into]).toEqual([2, -2, 0]);
});
