/** Counts what one block says: the sums, extremes and faults from which a verdict is made. Decides nothing itself. */
import type { Block } from './block.ts';
import type { Tolerance } from './comparison.ts';

/** An element passes if |difference| / (absolute + relative * |expected|) <= 1. */
export interface Allowance {
  readonly absolute: number;
  readonly relative: number;
  readonly nan: Tolerance['nan'];
  /** Differences are multiplied by it before they are squared, so that float64 extremes neither overflow nor vanish. */
  readonly scale: number;
}

export interface Tally {
  /** Elements finite in both. */
  finite: number;
  /** sum((scale * difference)^2) over these. */
  squares: number;
  greatest: number;
  /** The greatest |difference| / allowance: the smallest multiple of (atol, rtol) that all elements pass. */
  ratio: number;
  mismatched: number;
  identical: number;
  /** NaN or infinite where the other is not so, and the position of the first of them (-1: nowhere). */
  faults: number;
  firstFault: number;
}

export const emptyTally = (): Tally => ({
  finite: 0,
  squares: 0,
  greatest: 0,
  ratio: 0,
  mismatched: 0,
  identical: 0,
  faults: 0,
  firstFault: -1,
});

/** The tally of the block's first `count` elements, which begin at `start` of the tensor. */
export function tallyBlock(block: Block, start: number, count: number, allowance: Allowance): Tally {
  const { actual, expected, difference } = block;
  const { absolute, relative, scale, nan } = allowance;
  const tally = emptyTally();
  for (let i = 0; i < count; i += 1) {
    const d = difference[i] as number;
    const e = expected[i] as number;
    // Infinity - Infinity and NaN - NaN are NaN, so this finds every non-finite difference.
    if (d - d !== 0) {
      tallyNonFinite(tally, actual[i] as number, e, start + i, nan);
      continue;
    }
    tally.finite += 1;
    const size = Math.abs(d);
    if (size === 0) {
      tally.identical += 1;
      continue;
    }
    const ratio = size / (absolute + relative * Math.abs(e));
    tally.squares += (size * scale) ** 2;
    tally.greatest = Math.max(tally.greatest, size);
    tally.ratio = Math.max(tally.ratio, ratio);
    if (!(ratio <= 1)) tally.mismatched += 1; // NaN must land here
  }
  return tally;
}

/** sum((scale * value)^2) over the finite of the first `count` values, and how many these are. */
export function sumBlock(values: Float64Array, count: number, scale: number): { squares: number; finite: number } {
  let squares = 0;
  let finite = 0;
  for (const value of values.subarray(0, count)) {
    if (!Number.isFinite(value)) continue;
    squares += (value * scale) ** 2;
    finite += 1;
  }
  return { squares, finite };
}

/** Equal infinities are identical; finite float64 values whose difference overflows are infinitely far apart; all else is a fault. */
function tallyNonFinite(tally: Tally, actual: number, expected: number, at: number, nan: Tolerance['nan']): void {
  const bothNaN = Number.isNaN(actual) && Number.isNaN(expected);
  if (actual === expected || (bothNaN && nan === 'equal')) {
    tally.identical += 1;
    return;
  }
  tally.mismatched += 1;
  tally.ratio = Infinity;
  if (Number.isFinite(actual) && Number.isFinite(expected)) {
    tally.finite += 1;
    tally.greatest = Infinity;
    tally.squares = Infinity;
    return;
  }
  tally.faults += 1;
  if (tally.firstFault < 0) tally.firstFault = at;
}
