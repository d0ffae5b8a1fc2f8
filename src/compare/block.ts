/**
 * Reads two tensors of any dtypes, a block at a time, as float64: the one form that all arithmetic sees, so the hot loops never
 * meet a second kind of array. 64-bit integers lose digits as values but their difference is taken exactly first.
 */
import { decodeFloat16s } from '../tensor/float16.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Elements in a block: three arrays of 64 kB stay in the second-level cache. */
export const blockSize = 8192;

/** Views of `length` elements; they are overwritten by the next `readBlock`. */
export interface Block {
  readonly actual: Float64Array;
  readonly expected: Float64Array;
  /** actual - expected; NaN between equal infinities. */
  readonly difference: Float64Array;
}

export const newBlock = (length: number = blockSize): Block => ({
  actual: new Float64Array(length),
  expected: new Float64Array(length),
  difference: new Float64Array(length),
});

/** Fills the block's front with elements [start, end), at most `blockSize` of them, of two tensors of equal dims. */
export function readBlock(block: Block, actual: Tensor, expected: Tensor, start: number, end: number): void {
  readElements(actual, start, end, block.actual);
  readElements(expected, start, end, block.expected);
  if (isBig(actual.data) && isBig(expected.data)) {
    subtractBig(actual.data.subarray(start, end), expected.data.subarray(start, end), block.difference);
  } else {
    subtract(block, end - start);
  }
}

/** Elements [start, end) as float64, to the front of `into`. */
export function readElements(
  { dtype, data }: Tensor,
  start: number,
  end: number,
  into: Float64Array | Float32Array,
): void {
  if (dtype === 'float16') {
    decodeFloat16s(data as Uint16Array, start, end, into);
  } else if (isBig(data)) {
    for (let i = start; i < end; i += 1) into[i - start] = Number(data[i]);
  } else {
    into.set(data.subarray(start, end));
  }
}

/** One element; of a 64-bit integer its nearest float64. */
export function valueAt(tensor: Tensor, position: number): number {
  const one = new Float64Array(1);
  readElements(tensor, position, position + 1, one);
  return one[0] as number;
}

type BigArray = BigInt64Array | BigUint64Array;

const isBig = (data: Tensor['data']): data is BigArray =>
  data instanceof BigInt64Array || data instanceof BigUint64Array;

function subtract({ actual, expected, difference }: Block, count: number): void {
  for (let i = 0; i < count; i += 1) difference[i] = (actual[i] as number) - (expected[i] as number);
}

function subtractBig(actual: BigArray, expected: BigArray, difference: Float64Array): void {
  for (let i = 0; i < actual.length; i += 1) difference[i] = Number((actual[i] as bigint) - (expected[i] as bigint));
}
