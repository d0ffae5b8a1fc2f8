/** Rows along the first axis: of a reference there are often fewer than a batch wants, so they are fed again and again. Pure. */
import { batchRows, concatRows } from './tensor.ts';
import type { Tensor, TensorMap } from './tensor.ts';

/** `wanted` rows, of which row i is row i % `period` of the first `period`. What has no row for each of `rows` stays whole. */
export function cycledRows(tensors: TensorMap, rows: number, period: number, wanted: number): TensorMap {
  const cycled = (value: Tensor): Tensor => {
    if (value.dims[0] !== rows) return value;
    const once = batchRows(value, 0, period);
    const times = Math.ceil(wanted / period);
    return batchRows(times === 1 ? once : concatRows(Array.from({ length: times }, () => once)), 0, wanted);
  };
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, cycled(value)]));
}

/** The first `wanted` of `rows`. */
export const firstRows = (tensors: TensorMap, rows: number, wanted: number): TensorMap =>
  cycledRows(tensors, rows, rows, wanted);

/** As many rows of trusted answers as `wanted`: those that it has, and beyond them, where it has answered every input once, those of the same input. */
export function trustedRows(
  tensors: TensorMap,
  rows: number,
  period: number,
  wanted: number,
): { readonly rows: number; readonly tensors: TensorMap } {
  const reach = rows < period ? Math.min(rows, wanted) : wanted;
  return { rows: reach, tensors: cycledRows(tensors, rows, reach <= rows ? rows : period, reach) };
}
