/** Counts what one block says: the sums, extremes and faults from which a verdict is made. Decides nothing itself. */
import type { Tolerance } from './comparison.ts';
import type { Block } from './block.ts';

/** An element passes if |difference| / (absolute + relative * |expected|) <= 1. */
export interface Allowance {
  readonly absolute: number;
  readonly relative: number;
  readonly nan: Tolerance['nan'];
  /** Values are multiplied by it before they are squared, so that float64 extremes neither overflow nor vanish. */
  readonly scale: number;
}

/** Sums run over the elements that are finite in both tensors. */
export interface Tally {
  finite: number;
  /** sum((scale * expected)^2) and sum((scale * difference)^2). */
  squaresExpected: number;
  squaresDifference: number;
  greatest: number;
  /** The greatest |difference| / allowance. */
  ratio: number;
  mismatched: number;
  identical: number;
  /** NaN or infinite where the other is not so, and where the first of them is (-1: nowhere). */
  faults: number;
  firstFault: number;
}

export const emptyTally = (): Tally => ({
  finite: 0,
  squaresExpected: 0,
  squaresDifference: 0,
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
  // Locals, not fields: a field that holds a double is boxed anew at each assignment.
  let squaresExpected = 0;
  let squaresDifference = 0;
  let greatest = 0;
  for (let i = 0; i < count; i += 1) {
    const d = difference[i] as number;
    const e = expected[i] as number;
    // Infinity - Infinity and NaN - NaN are NaN, so this finds every non-finite difference.
    if (d - d !== 0) {
      tallyNonFinite(tally, actual[i] as number, e, start + i, nan);
      continue;
    }
    squaresExpected += e * scale * (e * scale);
    squaresDifference += d * scale * (d * scale);
    const size = Math.abs(d);
    if (size === 0) tally.identical += 1;
    if (size > greatest) greatest = size;
    // 0 / 0 is an identical element under an exact tolerance.
    const ratio = size === 0 ? 0 : size / (absolute + relative * Math.abs(e));
    if (ratio > tally.ratio) tally.ratio = ratio;
    if (!(ratio <= 1)) tally.mismatched += 1; // NaN must land here
  }
  tally.finite += count - tally.faults;
  tally.squaresExpected += squaresExpected;
  tally.squaresDifference += squaresDifference;
  tally.greatest = Math.max(tally.greatest, greatest);
  return tally;
}

/** Equal infinities are identical; finite float64 values whose difference overflows are infinitely far apart; all else is a fault. */
function tallyNonFinite(
  tally: Tally,
  actual: number,
  expected: number,
  position: number,
  nan: Tolerance['nan'],
): void {
  const bothNaN = Number.isNaN(actual) && Number.isNaN(expected);
  if (actual === expected || (bothNaN && nan === 'equal')) {
    tally.identical += 1;
    tally.finite -= 1;
    return;
  }
  tally.mismatched += 1;
  tally.ratio = Infinity;
  if (Number.isFinite(actual) && Number.isFinite(expected)) {
    tally.greatest = Infinity;
    tally.squaresDifference = Infinity;
    return;
  }
  tally.faults += 1;
  if (tally.firstFault < 0) tally.firstFault = position;
}
