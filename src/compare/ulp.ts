/** Distance in units in the last place: how many numbers of a float dtype lie between two. Decides nothing; near zero it says little. */
import { encodeFloat16 } from '../tensor/float16.ts';
import type { Dtype } from '../tensor/tensor.ts';

/** (actual, expected) -> steps between the two, both first rounded to the dtype; +0 and -0 are one number. Arguments must be finite. */
export type UlpDistance = (actual: number, expected: number) => number;

/** The measure of a dtype; null for integers and booleans, which have no last place to be off in. */
export const ulpDistance = (dtype: Dtype): UlpDistance | null => distances[dtype] ?? null;

const cell = new DataView(new ArrayBuffer(8));

/** Sign and magnitude as an ordered integer. */
const ordered = (bits: number, signBit: number): number => (bits >= signBit ? signBit - bits : bits);

function bits32(value: number): number {
  cell.setFloat32(0, value);
  return cell.getUint32(0);
}

/** High and low word, both with the number's sign: subtracted word by word, small distances stay exact beyond 2^53. */
function words64(value: number): readonly [number, number] {
  cell.setFloat64(0, value);
  const high = cell.getUint32(0);
  const low = cell.getUint32(4);
  return high >= 2 ** 31 ? [2 ** 31 - high, -low] : [high, low];
}

const distances: Partial<Record<Dtype, UlpDistance>> = {
  float16: (a, e) => Math.abs(ordered(encodeFloat16(a), 2 ** 15) - ordered(encodeFloat16(e), 2 ** 15)),
  float32: (a, e) => Math.abs(ordered(bits32(a), 2 ** 31) - ordered(bits32(e), 2 ** 31)),
  float64: (a, e) => {
    const [highA, lowA] = words64(a);
    const [highE, lowE] = words64(e);
    return Math.abs((highA - highE) * 2 ** 32 + (lowA - lowE));
  },
};
