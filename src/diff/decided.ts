/** How far decisions over a data set moved: near-ties may, and quantizing has a budget. Pure. */
import type { Tolerance } from '../compare/comparison.ts';
import { accuracy, flips, nearTies } from '../compare/decisions.ts';
import { compareTensors } from '../compare/tensors.ts';
import type { AccuracyTolerance } from '../judge/accuracy.ts';
import { counted, percent } from '../judge/words.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Accuracy } from './diff.generated.ts';
import { blankAccuracy } from './moves.ts';

export interface Decided {
  readonly base: Tensor;
  readonly ours: Tensor;
  readonly labels: ArrayLike<number>;
  /** Of the data set, of which these may be the first ones. */
  readonly images: number;
  readonly tolerance: Tolerance;
  /** What quantizing may do to decisions. */
  readonly budget: AccuracyTolerance;
}

/**
 * The same images on both sides. A decision may flip where the base's two best answers lie within the tolerance of each other; where single
 * elements are free, all would, and flips and losses have a budget.
 */
export function accuracyMove({ base, ours, labels, images, tolerance, budget }: Decided): Accuracy {
  if (base.dims.join() !== ours.dims.join())
    return blankAccuracy('worse', `[${ours.dims.join(', ')}] classes, of the base [${base.dims.join(', ')}]`);
  const flipped = flips(ours, base);
  const [before, after] = [accuracy(base, labels).correct, accuracy(ours, labels).correct];
  const isFree = tolerance.atol === Infinity;
  const allowed = isFree ? 0 : nearTiesAmong(flipped.rows, base, tolerance);
  const isAfforded =
    isFree && flipped.count <= budget.flips * flipped.n && before - after <= budget.accuracyLoss * flipped.n;
  const beyond = isAfforded ? 0 : flipped.count - allowed;
  const because = isFree
    ? `quantizing may flip ${percent(budget.flips)} and lose ${percent(budget.accuracyLoss)}`
    : `${beyond} of them no near-ties`;
  return {
    move: flipped.count === 0 ? 'same' : beyond === 0 ? 'within' : 'worse',
    sentence:
      beyond === 0
        ? null
        : `${flipped.count} of ${counted(flipped.n, 'decision')} flip, ${because}; right answers ${before} -> ${after}`,
    n: flipped.n,
    images,
    base: before,
    new: after,
    flips: flipped.count,
    nearTies: allowed,
  };
}

function nearTiesAmong(rows: readonly number[], base: Tensor, tolerance: Tolerance): number {
  const { rms } = compareTensors(base, base, tolerance, 'base');
  const near = new Set(nearTies(base, tolerance, rms));
  return rows.filter((row) => near.has(row)).length;
}
