/**
 * The hot loop as WebAssembly: two float64 lanes at a time and always the same machine code, where a JavaScript loop is several
 * times slower, and slower again once it has met many kinds of arrays. Refuses (null) what it cannot count: non-finite values,
 * squares that overflow, 64-bit integers; `tallyBlock` counts the same for these, at leisure.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { blockSize, readElements } from './block.ts';
import { moduleBytes, offsets, perTurn } from './kernel-code.ts';
import { emptyTally } from './tally.ts';
import type { Allowance, Tally } from './tally.ts';

/** The tally of elements [start, end), at most `blockSize`, of two tensors of equal dims; null where it could not be trusted. */
export function screenBlock(
  actual: Tensor,
  expected: Tensor,
  [start, end]: readonly [number, number],
  { absolute, relative, scale }: Allowance,
): Tally | null {
  if (scale !== 1 || expected.data instanceof BigInt64Array || expected.data instanceof BigUint64Array)
    return null;
  const count = end - start;
  // The kernel takes whole turns. Zeros against zeros add nothing but identical elements, which are taken off again.
  const padded = Math.ceil(count / perTurn) * perTurn;
  if (actual.data instanceof Float32Array && expected.data instanceof Float32Array) {
    actual32.set(actual.data.subarray(start, end));
    expected32.set(expected.data.subarray(start, end));
    actual32.fill(0, count, padded);
    expected32.fill(0, count, padded);
    kernel.float32(padded * 4, absolute, relative);
  } else {
    readElements(actual, start, end, actual64);
    readElements(expected, start, end, expected64);
    actual64.fill(0, count, padded);
    expected64.fill(0, count, padded);
    kernel.float64(padded * 8, absolute, relative);
  }
  return tallyOf(count, padded - count);
}

/** The kernel leaves two lanes for each quantity. */
function tallyOf(count: number, padding: number): Tally | null {
  const sum = (from: Float64Array | BigInt64Array, quantity: number): number =>
    Number(from[2 * quantity]) + Number(from[2 * quantity + 1]);
  const extreme = (quantity: number): number =>
    Math.max(Number(lanes[2 * quantity]), Number(lanes[2 * quantity + 1]));
  const squaresExpected = sum(lanes, 0);
  const squaresDifference = sum(lanes, 1);
  // A NaN or an infinity on either side makes the difference, and so its square, non-finite.
  if (!(squaresExpected + squaresDifference < Infinity)) return null;
  const identical = sum(counters, 4) - padding;
  const mismatched = sum(counters, 5);
  return {
    ...emptyTally(),
    finite: count,
    squaresExpected,
    squaresDifference,
    greatest: extreme(2),
    ratio: extreme(3),
    identical,
    mismatched,
  };
}

type Run = (bytes: number, absolute: number, relative: number) => void;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly float32: Run;
  readonly float64: Run;
}

/** Node has it, the ES library does not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const kernel = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as Exports;
const { buffer } = kernel.memory;
const lanes = new Float64Array(buffer, offsets.results, 12);
const counters = new BigInt64Array(buffer, offsets.results, 12);
const actual32 = new Float32Array(buffer, offsets.actual, blockSize);
const expected32 = new Float32Array(buffer, offsets.expected, blockSize);
const actual64 = new Float64Array(buffer, offsets.actual, blockSize);
const expected64 = new Float64Array(buffer, offsets.expected, blockSize);
