/**
 * Measures two tensors of equal dims: one pass over blocks, then again only the blocks that could matter. Needed because L1's
 * tolerance grows with rms(expected), which is known at the end: a guess from a sample is used, and what it may have hidden is looked up.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { blockSize, newBlock, readBlock, valueAt } from './block.ts';
import type { Block } from './block.ts';
import type { Tolerance } from './comparison.ts';
import { screenBlock } from './kernel.ts';
import { emptyTally, tallyBlock } from './tally.ts';
import type { Allowance, Tally } from './tally.ts';

export interface Measure {
  readonly count: number;
  readonly mismatched: number;
  readonly identical: number;
  readonly greatest: number;
  /** Root mean square of the finite expected elements. */
  readonly rms: number;
  /**
   * sum(difference^2) / sum(expected^2) over the elements finite in both. Where expected is zero throughout it has no scale
   * of its own and is judged as though its rms were 1, as L1 judges it: mean(difference^2).
   */
  readonly nmse: number;
  /** The smallest multiple of (atol, rtol) that all elements pass. */
  readonly ratio: number;
  readonly faults: number;
  /** Position of the first fault; -1 if there is none. */
  readonly firstFault: number;
}

/** Reads actual and expected, which must have equal dims, and judges nothing. */
export function measure(actual: Tensor, expected: Tensor, tolerance: Tolerance): Measure {
  const pair = { actual, expected, count: expected.data.length, block: newBlock() };
  const guess = unitOf(tolerance, sampledRms(pair));
  const [tallies, scale] = tallyAll(pair, tolerance, guess);
  const total = tallies.reduce(add, emptyTally());
  const rms = total.finite === 0 ? 0 : Math.sqrt(total.squaresExpected / total.finite) / scale;
  const unit = unitOf(tolerance, rms);
  const { ratio, mismatched } = settle(pair, tallies, guess, {
    absolute: unit,
    relative: tolerance.rtol,
    nan: tolerance.nan,
    scale,
  });
  const { identical, greatest, faults, firstFault } = total;
  return {
    count: pair.count,
    mismatched,
    identical,
    greatest,
    rms,
    nmse: nmseOf(total, scale),
    ratio,
    faults,
    firstFault,
  };
}

interface Pair {
  readonly actual: Tensor;
  readonly expected: Tensor;
  readonly count: number;
  readonly block: Block;
}

/** The absolute part of an element's tolerance. */
const unitOf = ({ atol }: Tolerance, rms: number): number => atol * Math.max(1, rms);

/** From one block's worth of elements, evenly spread; only a guess, so non-finite ones are left out. */
function sampledRms({ expected, count }: Pair): number {
  const stride = Math.max(1, Math.floor(count / 1024));
  let sum = 0;
  let finite = 0;
  for (let i = 0; i < count; i += stride) {
    const square = valueAt(expected, i) ** 2;
    if (!(square < Infinity)) continue;
    sum += square;
    finite += 1;
  }
  return finite === 0 ? 0 : Math.sqrt(sum / finite);
}

/** float64 squares that overflow or vanish are summed again, scaled by a power of two; all other dtypes fit into float64. */
function tallyAll(pair: Pair, { rtol, nan }: Tolerance, absolute: number): [Tally[], number] {
  const tallyScaled = (scale: number): Tally[] => blocksOf(pair, { absolute, relative: rtol, nan, scale });
  const tallies = tallyScaled(1);
  if (pair.expected.dtype !== 'float64') return [tallies, 1];
  const { squaresExpected, squaresDifference } = tallies.reduce(add, emptyTally());
  const scale = !(squaresExpected + squaresDifference < 2 ** 1000)
    ? 2 ** -600
    : squaresExpected < 2 ** -900
      ? 2 ** 600
      : 1;
  return scale === 1 ? [tallies, 1] : [tallyScaled(scale), scale];
}

function blocksOf(pair: Pair, allowance: Allowance): Tally[] {
  return Array.from({ length: Math.ceil(pair.count / blockSize) }, (_, i) => tallyAt(pair, i, allowance));
}

function tallyAt({ actual, expected, count, block }: Pair, index: number, allowance: Allowance): Tally {
  const start = index * blockSize;
  const end = Math.min(count, start + blockSize);
  const screened = screenBlock(actual, expected, [start, end], allowance);
  if (screened !== null) return screened;
  readBlock(block, actual, expected, start, end);
  return tallyBlock(block, start, end - start, allowance);
}

/** Sums and extremes; the first fault stays the first. */
function add(a: Tally, b: Tally): Tally {
  return {
    finite: a.finite + b.finite,
    squaresExpected: a.squaresExpected + b.squaresExpected,
    squaresDifference: a.squaresDifference + b.squaresDifference,
    greatest: Math.max(a.greatest, b.greatest),
    ratio: Math.max(a.ratio, b.ratio),
    mismatched: a.mismatched + b.mismatched,
    identical: a.identical + b.identical,
    faults: a.faults + b.faults,
    firstFault: a.firstFault < 0 ? b.firstFault : a.firstFault,
  };
}

/**
 * The exact multiple and number of mismatches, from tallies made with another unit. Changing the unit from g to u moves a ratio
 * by a factor between min(1, g/u) and max(1, g/u), so a block whose upper bound is neither above 1 nor above what is found already
 * cannot matter. With a good guess few blocks do.
 */
function settle(
  pair: Pair,
  tallies: readonly Tally[],
  guess: number,
  allowance: Allowance,
): Pick<Measure, 'ratio' | 'mismatched'> {
  if (guess === allowance.absolute) return tallies.reduce(add, emptyTally());
  const factor = guess / allowance.absolute;
  let ratio = 0;
  for (const tally of tallies) ratio = Math.max(ratio, tally.ratio * Math.min(1, factor));
  let mismatched = 0;
  tallies.forEach((tally, index) => {
    const bound = tally.ratio * Math.max(1, factor);
    if (bound <= 1 && bound < ratio) return;
    const exactly = tallyAt(pair, index, allowance);
    ratio = Math.max(ratio, exactly.ratio);
    mismatched += exactly.mismatched;
  });
  return { ratio, mismatched };
}

function nmseOf({ finite, squaresExpected, squaresDifference }: Tally, scale: number): number {
  if (squaresDifference === 0) return 0;
  return squaresExpected > 0 ? squaresDifference / squaresExpected : squaresDifference / finite / scale ** 2;
}
