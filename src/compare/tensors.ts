/**
 * Decides whether one output is the expected one, in layers that must all hold: L0 structure, L1 each element, L3 the aggregate
 * error. Refuses what naive allclose passes: (-Infinity, Infinity), NaN on both sides, a narrower reference.
 */
import { bytesPerElement, elementCount } from '../tensor/tensor.ts';
import type { Dtype, Tensor } from '../tensor/tensor.ts';
import { valueAt } from './block.ts';
import type { TensorComparison, Tolerance } from './comparison.ts';
import { indexAt, place } from './significant.ts';
import { measure } from './measure.ts';
import type { Measure } from './measure.ts';
import { exact } from './tolerance.ts';

/** The verdict of a comparison. Anything but a number up to 1, NaN included, is a mismatch. */
export const isMatch = (comparison: TensorComparison): boolean => comparison.excess <= 1;

/**
 * Compares (actual, expected) in one pass, plus a second look at the few blocks that may hold the worst element.
 * A float32 or float16 actual may be held against a wider float reference; all other dtypes must be equal.
 * Integers and booleans are compared exactly, whatever the tolerance.
 */
export function compareTensors(
  actual: Tensor,
  expected: Tensor,
  tolerance: Tolerance,
  output: string,
): TensorComparison {
  const structure = structureFault(actual, expected);
  if (structure !== null) return incomparable(actual, tolerance, output, structure);
  const applied = isFloat(expected.dtype) ? tolerance : exact;
  const found = measure(actual, expected, applied);
  const nonFinite = nonFiniteFault(actual, expected, found);
  const excess = nonFinite === null ? Math.max(found.ratio, nmseRatio(found.nmse, applied.nmse)) : Infinity;
  return {
    output,
    dtype: actual.dtype,
    dims: actual.dims,
    structure: nonFinite,
    count: found.count,
    mismatched: found.mismatched,
    identical: found.identical,
    maxAbs: found.greatest,
    rms: found.rms,
    nmse: nonFinite === null ? found.nmse : NaN,
    excess,
    passing: isFloat(expected.dtype) || excess === 0 ? passingTolerance(found, applied) : hopeless,
    tolerance: applied,
  };
}

/** A comparison that could not be made: an output is missing, or dims or dtype differ. */
export const incomparable = (
  { dtype, dims }: Pick<Tensor, 'dtype' | 'dims'>,
  tolerance: Tolerance,
  output: string,
  structure: string,
): TensorComparison => ({
  output,
  dtype,
  dims,
  structure,
  count: elementCount(dims),
  mismatched: elementCount(dims),
  identical: 0,
  maxAbs: NaN,
  rms: NaN,
  nmse: NaN,
  excess: Infinity,
  passing: hopeless,
  tolerance,
});

/** L0: null, or how the two differ before any value is read. */
export function structureFault(actual: Tensor, expected: Tensor): string | null {
  if (actual.dims.length !== expected.dims.length || actual.dims.some((axis, i) => axis !== expected.dims[i])) {
    return `dims are ${place(actual.dims)}, expected ${place(expected.dims)}`;
  }
  if (!mayCompare(actual.dtype, expected.dtype)) return `dtype is ${actual.dtype}, expected ${expected.dtype}`;
  const short = [actual, expected].find(({ dims, data }) => data.length !== elementCount(dims));
  return short === undefined
    ? null
    : `dims ${place(short.dims)} need ${elementCount(short.dims)} elements, data has ${short.data.length}`;
}

/** No tolerance would do. */
const hopeless: TensorComparison['passing'] = { atol: Infinity, rtol: Infinity };

const isFloat = (dtype: Dtype): boolean => dtype.startsWith('float');

/** A float reference may be wider than what it judges, never narrower: its own rounding would be taken for the answer. */
const mayCompare = (actual: Dtype, expected: Dtype): boolean =>
  actual === expected || (isFloat(actual) && isFloat(expected) && bytesPerElement(expected) > bytesPerElement(actual));

function nonFiniteFault(actual: Tensor, expected: Tensor, { faults, firstFault, count }: Measure): string | null {
  if (faults === 0) return null;
  const a = valueAt(actual, firstFault);
  const e = valueAt(expected, firstFault);
  const where = place(indexAt(expected.dims, firstFault));
  return `${faults} of ${count} elements are NaN or infinite and not the same allowed value; first ${where} actual ${a} expected ${e}`;
}

/** Differences are amplitudes and NMSE is a power, so its root is the multiple that speaks of the same differences. */
const nmseRatio = (nmse: number, allowed: number): number => (nmse === 0 ? 0 : Math.sqrt(nmse / allowed));

/**
 * The tolerance times L1's own multiple. A tolerance of zero has no proportion: then all of it is atol.
 * Infinity where no number would do.
 */
function passingTolerance(found: Measure, { atol, rtol }: Tolerance): TensorComparison['passing'] {
  if (found.faults > 0) return hopeless;
  if (atol === 0 && rtol === 0) return { atol: found.greatest / Math.max(1, found.rms), rtol: 0 };
  return { atol: times(atol, found.ratio), rtol: times(rtol, found.ratio) };
}

/** 0 * Infinity is 0 here: no part of a tolerance, or no part of it needed. */
const times = (part: number, factor: number): number => (part === 0 || factor === 0 ? 0 : part * factor);
