/**
 * Says how two outputs differ: worst elements, ULP, histogram. The second pass, made only on failure or request, so it may cost
 * more than the comparison. Tensors whose dims or dtypes cannot be compared have nothing to explain.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { blockSize, newBlock, readBlock } from './block.ts';
import type { Block } from './block.ts';
import type { Explanation, Tolerance, WorstElement } from './comparison.ts';
import { indexAt } from './significant.ts';
import { structureFault } from './tensors.ts';
import { ulpDistance } from './ulp.ts';
import type { UlpDistance } from './ulp.ts';

export interface ExplainOptions {
  /** Number of worst elements wanted. */
  readonly top: number;
  /** The tolerance's rule for NaN on both sides; refused unless said otherwise. */
  readonly nan?: Tolerance['nan'];
}

/** The `top` elements with the greatest |actual - expected|, non-finite ones before all, the first of equals first. */
export function explain(actual: Tensor, expected: Tensor, { top, nan = 'refuse' }: ExplainOptions): Explanation {
  const ulp = ulpDistance(actual.dtype);
  const search: Search = { top, nan, worst: [], decades: new Float64Array(edges.length - 1), ulp, maxUlp: 0 };
  if (structureFault(actual, expected) === null) {
    const block = newBlock(Math.min(expected.data.length, blockSize));
    for (let start = 0; start < expected.data.length; start += blockSize) {
      const end = Math.min(expected.data.length, start + blockSize);
      readBlock(block, actual, expected, start, end);
      searchBlock(search, block, start, end - start);
    }
  }
  return {
    worst: search.worst.map((found) => worstElement(found, expected.dims, search.ulp)),
    histogram: occupied(search.decades),
    maxUlp: search.ulp === null ? null : search.maxUlp,
  };
}

interface Found {
  readonly position: number;
  readonly actual: number;
  readonly expected: number;
  readonly difference: number;
  /** What the search orders by: |difference|, Infinity where it is not finite. */
  readonly size: number;
}

interface Search {
  readonly top: number;
  readonly nan: Tolerance['nan'];
  /** Descending by size. */
  worst: Found[];
  /** Number of differences in [10^k, 10^(k + 1)), from k = firstDecade. */
  readonly decades: Float64Array;
  readonly ulp: UlpDistance | null;
  maxUlp: number;
}

const firstDecade = -324;
const lastDecade = 308;

function searchBlock(search: Search, { actual, expected, difference }: Block, start: number, count: number): void {
  let threshold = thresholdOf(search);
  for (let i = 0; i < count; i += 1) {
    const d = difference[i] as number;
    if (d === 0) continue;
    const a = actual[i] as number;
    const e = expected[i] as number;
    const size = Number.isFinite(d) ? Math.abs(d) : Infinity;
    if (size < Infinity) record(search, a, e, size);
    else if (a === e || (search.nan === 'equal' && Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(size > threshold)) continue;
    keep(search, { position: start + i, actual: a, expected: e, difference: d, size });
    threshold = thresholdOf(search);
  }
}

/** A finite difference: into its decade, and its ULP against the greatest so far. */
function record(search: Search, actual: number, expected: number, size: number): void {
  const decade = decadeOf(size) - firstDecade;
  search.decades[decade] = (search.decades[decade] as number) + 1;
  if (search.ulp !== null) search.maxUlp = Math.max(search.maxUlp, search.ulp(actual, expected));
}

/** An element no larger than this is not among the worst. */
function thresholdOf({ worst, top }: Search): number {
  return worst.length < top ? 0 : (worst.at(-1)?.size ?? Infinity);
}

/** Behind all that are at least as large, so the first of equals stays first. */
function keep(search: Search, found: Found): void {
  const after = search.worst.findIndex(({ size }) => size < found.size);
  search.worst.splice(after < 0 ? search.worst.length : after, 0, found);
  search.worst.length = Math.min(search.worst.length, search.top);
}

/** floor(log10(size)), corrected where the logarithm rounds across a decade. */
function decadeOf(size: number): number {
  const decade = Math.max(firstDecade, Math.floor(Math.log10(size)));
  if (size < edge(decade)) return decade - 1;
  return size >= edge(decade + 1) ? decade + 1 : decade;
}

const edges = Float64Array.from({ length: lastDecade - firstDecade + 2 }, (_, i) => Number(`1e${i + firstDecade}`));

const edge = (decade: number): number => edges[decade - firstDecade] as number;

/** The decades from the smallest difference to the greatest; identical and non-finite elements are in none. */
function occupied(decades: Float64Array): Explanation['histogram'] {
  const first = decades.findIndex((n) => n > 0);
  if (first < 0) return { edges: [], counts: [] };
  const last = decades.findLastIndex((n) => n > 0);
  return { edges: [...edges.subarray(first, last + 2)], counts: [...decades.subarray(first, last + 1)] };
}

function worstElement(found: Found, dims: readonly number[], ulp: UlpDistance | null): WorstElement {
  const { position, actual, expected, difference } = found;
  const finite = Number.isFinite(actual) && Number.isFinite(expected);
  return {
    index: indexAt(dims, position),
    actual,
    expected,
    difference,
    ulp: ulp !== null && finite ? ulp(actual, expected) : null,
  };
}
