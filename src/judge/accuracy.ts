/**
 * Decisions over a data set: an exact count apart from near-ties for full precision, a budget for reduced precision.
 * Refuses to compare counts of different data sets or lengths, and counts that cannot be.
 */
import type { Accuracy } from '../baselines/baseline.generated.ts';
import { accuracyLimits } from './settings.ts';
import { judged, type Judgement, type ValueVerdict } from './verdict.ts';
import { counted } from './words.ts';

export interface AccuracyTarget {
  /** Id of the data set. */
  readonly dataset: string;
  readonly n: number;
  readonly correct: number;
  /** Decisions that differ from the reference's; 0 where there is no reference over the data set. */
  readonly flips: number;
  /** Those of them whose reference is no near-tie. */
  readonly firmFlips: number;
  /** Inputs whose two best answers lie within the parity tolerance of each other: these may flip between CPUs. */
  readonly nearTies: number;
  readonly precision: 'float64' | 'float32' | 'float16' | 'int8';
  /** null where there is no reference over the data set; loss and flips are then not judged. */
  readonly referenceCorrect: number | null;
}

/** Fractions of n; a card may set them for reduced precision. */
export interface AccuracyTolerance {
  readonly accuracyLoss: number;
  readonly flips: number;
}

export const defaultAccuracyTolerance: AccuracyTolerance = {
  accuracyLoss: accuracyLimits.accuracyLoss,
  flips: accuracyLimits.flips,
};

/** All that is wrong is told, worst first; a reference that is violated is red with or without a baseline. */
export const judgeAccuracy = (
  target: AccuracyTarget,
  baseline: Accuracy | undefined,
  tolerance: AccuracyTolerance = defaultAccuracyTolerance,
): Judgement<ValueVerdict> => {
  const { n, correct, flips } = target;
  const told = toldOf(target);
  if (!isCount(target)) return judged('regressed', `not a count: ${correct} correct, ${flips} flips of ${n}`);
  const same = comparable(target, baseline);
  const faults = againstReference(target, same, tolerance);
  const drift = same === undefined ? 0 : beyond(target, same);
  const moved = drift === 0 || same === undefined ? [] : [driftWords(target, same)];
  if (faults.length > 0 || drift < 0) return judged('regressed', ...moved, ...faults);
  if (drift > 0) return judged('improved', ...moved, 'bless to hold it there');
  return same === undefined ? judged('unbaselined', `${told}, ${whyNot(target, baseline)}`) : judged('held', told);
};

/** Without a reference there is nothing that a decision could differ from. */
const toldOf = ({ n, correct, flips, referenceCorrect }: AccuracyTarget): string =>
  `${scored(correct, n)}${referenceCorrect === null ? '' : `, ${counted(flips, 'flip')} of ${n}`}`;

const isCount = ({ n, correct, flips, firmFlips }: AccuracyTarget): boolean =>
  Number.isInteger(n) &&
  n > 0 &&
  firmFlips <= flips &&
  [correct, flips, firmFlips].every((count) => Number.isInteger(count) && count >= 0 && count <= n);

const comparable = ({ dataset, n }: AccuracyTarget, baseline: Accuracy | undefined): Accuracy | undefined =>
  baseline !== undefined && baseline.dataset === dataset && baseline.n === n ? baseline : undefined;

const whyNot = ({ dataset, n }: AccuracyTarget, baseline: Accuracy | undefined): string =>
  baseline === undefined
    ? 'no baseline yet'
    : `not comparable: blessed on ${baseline.n} of ${baseline.dataset}, measured on ${n} of ${dataset}`;

const isFull = ({ precision }: Pick<AccuracyTarget, 'precision'>): boolean =>
  precision === 'float32' || precision === 'float64';

/** What holds without any baseline: the reference's decisions. A blessed number of flips is accepted. */
const againstReference = (
  target: AccuracyTarget,
  baseline: Accuracy | undefined,
  tolerance: AccuracyTolerance,
): readonly string[] => {
  const { n, correct, referenceCorrect } = target;
  if (referenceCorrect === null) return [];
  const flipped = flippedTooOften(target, baseline, tolerance);
  const lossAllowed = tolerance.accuracyLoss * n;
  const lost = !isFull(target) && !(referenceCorrect - correct <= lossAllowed);
  return lost
    ? [
        `${scored(correct, n)} against ${scored(referenceCorrect, n)} of the reference: a loss of ${points(referenceCorrect - correct, n)}, ${points(lossAllowed, n)} allowed`,
        ...flipped,
      ]
    : flipped;
};

/** Full precision may flip near-ties, and as many others as were blessed. */
const flippedTooOften = (
  { n, flips, firmFlips, ...target }: AccuracyTarget,
  baseline: Accuracy | undefined,
  tolerance: AccuracyTolerance,
): readonly string[] => {
  const told = `${counted(flips, 'decision')} of ${n} differ from the reference`;
  const blessed = baseline?.flips ?? 0;
  if (isFull(target)) return firmFlips <= blessed ? [] : [`${told}, ${firmFlips} of them no near-ties, ${blessed} may`];
  const allowed = Math.floor(tolerance.flips * n);
  return flips <= allowed ? [] : [`${told}, ${allowed} may`];
};

/** Correct answers above (or, negative, below) the blessed count, 0 within its allowance. */
const beyond = (target: AccuracyTarget, baseline: Accuracy): number => {
  const difference = target.correct - baseline.correct;
  return Math.abs(difference) <= driftAllowed(target) ? 0 : difference;
};

const driftAllowed = (target: AccuracyTarget): number =>
  isFull(target) ? target.nearTies : accuracyLimits.drift * target.n;

const driftWords = (target: AccuracyTarget, baseline: Accuracy): string => {
  const allowed = isFull(target) ? counted(target.nearTies, 'near-tie') : points(driftAllowed(target), target.n);
  return `${scored(target.correct, target.n)} against ${scored(baseline.correct, baseline.n)} blessed (${allowed} allowed)`;
};

/** '76.12 % (7612)' */
const scored = (correct: number, n: number): string => `${Number(((100 * correct) / n).toFixed(2))} % (${correct})`;
const points = (count: number, n: number): string => `${Number(((100 * count) / n).toFixed(2))} points`;
