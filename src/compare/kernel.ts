/**
 * The hot loop in WebAssembly: two float64 lanes at a time and always the same machine code, where a JavaScript loop is several
 * times slower and slower again once it has met many array kinds. Refuses (null) what it cannot count: non-finite values,
 * squares that overflow, 64-bit integers; `tallyBlock` says the same for these, at leisure.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { blockSize, readElements } from './block.ts';
import { emptyTally } from './tally.ts';
import type { Allowance, Tally } from './tally.ts';

/** The tally of elements [start, end), at most `blockSize`, of two tensors of equal dims; null where it cannot be trusted. */
export function screenBlock(
  { actual, expected }: { readonly actual: Tensor; readonly expected: Tensor },
  start: number,
  end: number,
  { absolute, relative, scale }: Allowance,
): Tally | null {
  if (scale !== 1 || expected.data instanceof BigInt64Array || expected.data instanceof BigUint64Array) return null;
  const count = end - start;
  const padded = Math.ceil(count / perTurn) * perTurn;
  if (actual.data instanceof Float32Array && expected.data instanceof Float32Array) {
    fill(actual32, expected32, count, padded, (into, tensor) => into.set(tensor.data.subarray(start, end)));
    screens.float32(padded * 4, absolute, relative);
  } else {
    screens.float64(padded * 8, absolute, relative);
  }
  return null;
}
