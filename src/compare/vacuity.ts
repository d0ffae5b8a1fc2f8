/**
 * Says when a comparison proves nothing, because an output that ignores the model would pass it as well. All nine whole-model
 * tests that ONNX ships are such. Judges the reference: an actual output that is constant while the reference is not is a mismatch.
 */
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import { blockSize, readElements, valueAt } from './block.ts';
import type { Tolerance } from './comparison.ts';
import { significant } from './significant.ts';

/** Whether some input has rows (along its first axis) that differ; a batch of one cannot tell. */
export const rowsDiffer = (feeds: TensorMap): boolean =>
  Object.values(feeds).some((feed) => differs(feed, width(feed), equal));

/**
 * Null, or why this reference cannot tell a right output from a wrong one: no elements, one distinct value throughout, everything
 * below atol, or rows equal within the element tolerance although the inputs' rows differ. A lone scalar is a fair reference.
 * `rms` is that of the expected output (TensorComparison.rms).
 */
export function vacuity(
  expected: Tensor,
  { atol, rtol }: Tolerance,
  rms: number,
  inputsDiffer: boolean,
): string | null {
  const { length } = expected.data;
  if (length === 0) return 'the expected output has no elements';
  const first = valueAt(expected, 0);
  if (length > 1 && !differs(expected, 1, equal)) return `all ${length} expected elements are ${significant(first)}`;
  // Where single elements are free (INT8 against float), only the aggregate error judges: then equal means equal.
  const floor = Number.isFinite(atol) ? atol : 0;
  if (!some(expected, (value) => !(Math.abs(value) <= floor))) {
    return `all ${length} expected elements lie below atol ${significant(floor)}: zeros would pass`;
  }
  const absolute = floor * Math.max(1, rms);
  const close = (value: number, other: number): boolean =>
    value === other || Math.abs(value - other) <= absolute + rtol * Math.abs(other);
  const rows = expected.dims[0] ?? 1;
  if (!inputsDiffer || rows < 2 || differs(expected, width(expected), close)) return null;
  return `the ${rows} expected rows are equal within the tolerance although their inputs differ`;
}

const equal = (value: number, other: number): boolean => value === other;

/** Elements of a row. */
const width = ({ dims, data }: Tensor): number => data.length / (dims[0] ?? 1);

/** Whether some element is not the same as the one at its place in the first row. */
function differs(tensor: Tensor, row: number, same: (value: number, first: number) => boolean): boolean {
  const firstRow = new Float64Array(row);
  readElements(tensor, 0, row, firstRow);
  return some(tensor, (value, position) => !same(value, firstRow[position % row] as number));
}

/** Block by block, so that an ordinary output is left at its first block. */
function some(tensor: Tensor, holds: (value: number, position: number) => boolean): boolean {
  const { length } = tensor.data;
  const values = new Float64Array(Math.min(length, blockSize));
  for (let start = 0; start < length; start += blockSize) {
    const end = Math.min(length, start + blockSize);
    readElements(tensor, start, end, values);
    for (let i = start; i < end; i += 1) if (holds(values[i - start] as number, i)) return true;
  }
  return false;
}
