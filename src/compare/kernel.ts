/**
 * The hot loops as WebAssembly: two float64 lanes at a time and always the same machine code, where a JavaScript loop is several
 * times slower, and slower again once it has met many kinds of arrays. Refuses (null) what it cannot count: non-finite values,
 * squares that overflow, 64-bit integers; `tallyBlock` and `sumBlock` count the same for these, at leisure.
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
  { absolute, relative }: Allowance,
): Tally | null {
  if (isBig(expected)) return null;
  const narrow = isFloat32(actual) && isFloat32(expected);
  load(actual, start, end, narrow ? actual32 : actual64);
  const padded = load(expected, start, end, narrow ? expected32 : expected64);
  if (narrow) kernel.compare32(padded * 4, absolute, relative);
  else kernel.compare64(padded * 8, absolute, relative);
  const squares = sumOf(lanes, 0);
  // A NaN or an infinity on either side makes the difference, and so its square, non-finite.
  if (!(squares < Infinity)) return null;
  return {
    ...emptyTally(),
    finite: end - start,
    squares,
    greatest: Math.max(lanes[2] as number, lanes[3] as number),
    ratio: Math.max(lanes[4] as number, lanes[5] as number),
    identical: sumOf(counters, 3) - (padded - (end - start)),
    mismatched: sumOf(counters, 4),
  };
}

/** The sum of squares of elements [start, end), at most `blockSize`; null where it is not finite. */
export function screenSquares(tensor: Tensor, start: number, end: number): number | null {
  if (isBig(tensor)) return null;
  const narrow = isFloat32(tensor);
  const padded = load(tensor, start, end, narrow ? expected32 : expected64);
  if (narrow) kernel.squares32(padded * 4, 0, 0);
  else kernel.squares64(padded * 8, 0, 0);
  const squares = sumOf(lanes, 0);
  return squares < Infinity ? squares : null;
}

const isBig = ({ data }: Tensor): boolean => data instanceof BigInt64Array || data instanceof BigUint64Array;
const isFloat32 = ({ data }: Tensor): boolean => data instanceof Float32Array;

/** Fills whole turns and returns their length: zeros add nothing to either loop but identical elements. */
function load(tensor: Tensor, start: number, end: number, into: Float32Array | Float64Array): number {
  const count = end - start;
  const padded = Math.ceil(count / perTurn) * perTurn;
  readElements(tensor, start, end, into);
  into.fill(0, count, padded);
  return padded;
}

/** The kernel leaves two lanes for each result. */
const sumOf = (from: Float64Array | BigInt64Array, result: number): number =>
  Number(from[2 * result]) + Number(from[2 * result + 1]);

type Run = (bytes: number, absolute: number, relative: number) => void;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly compare32: Run;
  readonly compare64: Run;
  readonly squares32: Run;
  readonly squares64: Run;
}

/** Node has it, the ES library does not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const kernel = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as Exports;
const { buffer } = kernel.memory;
const lanes = new Float64Array(buffer, offsets.results, 10);
const counters = new BigInt64Array(buffer, offsets.results, 10);
const actual32 = new Float32Array(buffer, offsets.actual, blockSize);
const expected32 = new Float32Array(buffer, offsets.expected, blockSize);
const actual64 = new Float64Array(buffer, offsets.actual, blockSize);
const expected64 = new Float64Array(buffer, offsets.expected, blockSize);
