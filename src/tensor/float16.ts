/** IEEE 754 binary16, held as its bits. Decoding is a look-up in all 65,536 values; encoding rounds once, to nearest, ties to even. */

/** The value of the 16 bits. */
export const decodeFloat16 = (bits: number): number => table()[bits & 0xffff] as number;

/** Decodes bits[start, end) to the front of `into`. */
export function decodeFloat16s(bits: Uint16Array, start: number, end: number, into: Float64Array | Float32Array): void {
  const values = table();
  for (let i = start; i < end; i += 1) into[i - start] = values[bits[i] as number] as number;
}

/** The bits of the nearest binary16; from 65520 on that is infinity. NaN becomes the quiet NaN 0x7e00. */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 the step is that of the subnormals, 2^-24; above it is 2^(exponent - 10).
  const exponent = Math.max(-14, exponentOf(magnitude));
  const steps = roundToEven(magnitude * 2 ** (10 - exponent));
  // A normal has its hidden bit in `steps`, so exponent + 14 and not + 15: adding also carries 2047.5 into the next exponent.
  return sign | (((exponent + 14) << 10) + steps);
}

/** The same of the 32 bits of a float32, many times faster between the subnormals and the largest numbers. */
export function narrowFloat32(bits: number, value: number): number {
  const magnitude = bits & 0x7fffffff;
  // 2^-14 and 65520.
  if (magnitude < 0x38800000 || magnitude >= 0x477ff000) return encodeFloat16(value);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return ((bits >>> 16) & 0x8000) | ((rounded - 0x38000000) >>> 13);
}

let values: Float64Array | undefined;

/** Built on first use: most processes never see a float16. */
const table = (): Float64Array => (values ??= Float64Array.from({ length: 65536 }, (_, bits) => valueOf(bits)));

function valueOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** log2 may round up to the next integer just below a power of two, so it is checked. */
function exponentOf(magnitude: number): number {
  if (magnitude < 2 ** -14) return -14;
  const exponent = Math.floor(Math.log2(magnitude));
  return 2 ** exponent > magnitude ? exponent - 1 : exponent;
}

/** In [0, 2^52): beyond 2^52 a double has no fraction, so the addition itself rounds, to nearest and ties to even. */
const roundToEven = (x: number): number => x + 2 ** 52 - 2 ** 52;
