/**
 * Measures two tensors of equal dims and dtypes that may be compared: rms(expected) first, for L1's tolerance grows with it, then
 * all else in one pass over blocks. Judges nothing.
 */
import type { Tensor } from '../tensor/tensor.ts';
import { blockSize, newBlock, readBlock, readElements } from './block.ts';
import type { Tolerance } from './comparison.ts';
import { screenBlock, screenSquares } from './kernel.ts';
import { emptyTally, sumBlock, tallyBlock } from './tally.ts';
import type { Tally } from './tally.ts';

export interface Measure extends Readonly<Omit<Tally, 'squares' | 'finite'>> {
  readonly count: number;
  /** Root mean square of the finite expected elements. */
  readonly rms: number;
  /**
   * sum(difference^2) / sum(expected^2), as a ratio of means over what is finite. Where expected is zero throughout it has no scale
   * of its own and is judged as though its rms were 1, as L1 judges it: mean(difference^2).
   */
  readonly nmse: number;
}

export function measure(actual: Tensor, expected: Tensor, { atol, rtol, nan }: Tolerance): Measure {
  const count = expected.data.length;
  const { meanSquare, scale } = spread(expected);
  const rms = Math.sqrt(meanSquare) / scale;
  const allowance = { absolute: atol * Math.max(1, rms), relative: rtol, nan, scale };
  const total = emptyTally();
  const block = newBlock(Math.min(count, blockSize));
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(count, start + blockSize);
    const screened = scale === 1 ? screenBlock(actual, expected, [start, end], allowance) : null;
    if (screened === null) readBlock(block, actual, expected, start, end);
    add(total, screened ?? tallyBlock(block, start, end - start, allowance));
  }
  const { squares, finite, ...found } = total;
  const error = squares === 0 ? 0 : squares / finite;
  return { ...found, count, rms, nmse: meanSquare > 0 ? error / meanSquare : error };
}

interface Spread {
  /** mean((scale * expected)^2) */
  readonly meanSquare: number;
  readonly scale: number;
}

/** float64 squares that overflow or vanish are summed again, scaled by a power of two; all other dtypes fit into float64. */
function spread(expected: Tensor): Spread {
  const plain = spreadScaled(expected, 1);
  if (expected.dtype !== 'float64') return plain;
  if (!(plain.meanSquare < 2 ** 960)) return spreadScaled(expected, 2 ** -600);
  if (!(plain.meanSquare < 2 ** -900)) return plain;
  const magnified = spreadScaled(expected, 2 ** 600);
  return magnified.meanSquare > 0 ? magnified : plain;
}

function spreadScaled(expected: Tensor, scale: number): Spread {
  const { length } = expected.data;
  const values = new Float64Array(Math.min(length, blockSize));
  let sum = 0;
  let finite = 0;
  for (let start = 0; start < length; start += blockSize) {
    const end = Math.min(length, start + blockSize);
    const screened = scale === 1 ? screenSquares(expected, start, end) : null;
    if (screened === null) readElements(expected, start, end, values);
    const block = screened === null ? sumBlock(values, end - start, scale) : { squares: screened, finite: end - start };
    sum += block.squares;
    finite += block.finite;
  }
  return { meanSquare: sum === 0 ? 0 : sum / finite, scale };
}

/** Sums and extremes; the first fault stays the first. */
function add(total: Tally, block: Tally): void {
  total.finite += block.finite;
  total.squares += block.squares;
  total.greatest = Math.max(total.greatest, block.greatest);
  total.ratio = Math.max(total.ratio, block.ratio);
  total.mismatched += block.mismatched;
  total.identical += block.identical;
  total.faults += block.faults;
  if (total.firstFault < 0) total.firstFault = block.firstFault;
}
