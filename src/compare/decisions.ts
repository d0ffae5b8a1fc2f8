/**
 * What outputs decide: top-1 of each row (last axis = classes), and whether decisions agree. A row with a NaN decides nothing
 * (-1) and agrees with nothing. Refuses outputs of unequal dims and rows without classes.
 */
import { elementCount } from '../tensor/tensor.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { readElements } from './block.ts';
import type { Tolerance } from './comparison.ts';

/** Rows whose top-1 changed. */
export interface Flips {
  readonly count: number;
  readonly n: number;
  readonly rows: readonly number[];
}

/** Rows decided as labelled. */
export interface Accuracy {
  readonly correct: number;
  readonly n: number;
}

/** The class of each row of [..., classes]: the greatest value, of equals the lowest index; -1 where a NaN stands in the row. */
export const topOne = (logits: Tensor): Int32Array => Int32Array.from(rowsOf(logits), topIndex);

/** Rows that `actual` decides otherwise than `expected`, both [..., classes]. */
export function flips(actual: Tensor, expected: Tensor): Flips {
  if (actual.dims.join() !== expected.dims.join()) {
    throw new RangeError(`flips need equal dims, got [${actual.dims.join(', ')}] and [${expected.dims.join(', ')}]`);
  }
  const decided = topOne(actual);
  const rows: number[] = [];
  topOne(expected).forEach((top, row) => {
    if (top < 0 || top !== decided[row]) rows.push(row);
  });
  return { count: rows.length, n: decided.length, rows };
}

/**
 * Rows of the reference whose top two lie within the element tolerance of each other, each allowed to move by
 * atol * max(1, rms) + rtol * |value|: either answer is legitimate. `rms` is that of the whole output (TensorComparison.rms).
 */
export function nearTies(expected: Tensor, { atol, rtol }: Pick<Tolerance, 'atol' | 'rtol'>, rms: number): number[] {
  const absolute = atol * Math.max(1, rms);
  const near: number[] = [];
  rowsOf(expected).forEach((values, row) => {
    const first = topIndex(values);
    const others = values.filter((_, i) => i !== first);
    const top = values[first] ?? NaN;
    const second = others[topIndex(others)] ?? NaN;
    // A row of one class or with a NaN has no margin: NaN is near nothing.
    if (top - second <= 2 * absolute + rtol * (Math.abs(top) + Math.abs(second))) near.push(row);
  });
  return near;
}

/** Counts the rows of [..., classes] whose top-1 is the label of the same row. */
export function accuracy(logits: Tensor, labels: ArrayLike<number>): Accuracy {
  const decided = topOne(logits);
  if (decided.length !== labels.length) throw new RangeError(`${decided.length} rows but ${labels.length} labels`);
  return { correct: decided.filter((top, row) => top === labels[row]).length, n: decided.length };
}

/** The rows along the last axis, as views of one float64 copy. */
function rowsOf(logits: Tensor): Float64Array[] {
  const classes = logits.dims.at(-1) ?? 0;
  if (classes === 0) throw new RangeError(`no classes on the last axis of [${logits.dims.join(', ')}]`);
  const values = new Float64Array(elementCount(logits.dims));
  readElements(logits, 0, values.length, values);
  return Array.from({ length: values.length / classes }, (_, row) =>
    values.subarray(row * classes, (row + 1) * classes),
  );
}

function topIndex(values: Float64Array): number {
  let top = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (Number.isNaN(value)) return -1;
    if (value > (values[top] as number)) top = i;
  }
  return top;
}
