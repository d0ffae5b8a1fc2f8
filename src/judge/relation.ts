/**
 * Whether two sides stand to each other as promised. Red only surely: where the whole interval lies beyond the promise, and beyond what was
 * blessed there. A figure without an interval is exact.
 */
import { relationLimits } from './settings.ts';
import { judged, type Judgement, type ValueVerdict } from './verdict.ts';
import { short } from './words.ts';

export interface RelationTarget {
  /** A ratio, above 0. */
  readonly figure: number;
  readonly interval: Range | null;
  /** What is promised of the figure. */
  readonly range: Range;
  /** Both sides with their numbers, and the promise in words. */
  readonly told: string;
  readonly promise: string;
  /** Why the figure cannot be trusted, else null. */
  readonly doubt: string | null;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** `baseline`: the figure that was blessed. */
export const judgeRelation = (
  target: RelationTarget,
  baseline: number | undefined,
): Judgement<ValueVerdict | 'inconclusive'> => {
  const { figure, range, told, promise, doubt } = target;
  if (doubt !== null) return judged('inconclusive', doubt, told);
  // Written so that NaN regresses.
  if (!isIn({ low: Number.MIN_VALUE, high: Number.MAX_VALUE }, figure))
    return judged('regressed', `not a ratio: ${figure}`, told);
  const accepted = baseline !== undefined && !isIn(range, baseline);
  const allowed = accepted ? widened(range, baseline, target.interval === null) : range;
  const sentence = `${told} (${promise}${accepted ? `, ${short(baseline)} was blessed` : ''})`;
  if (isBeyond(target, allowed)) return judged('regressed', `broken: ${sentence}`);
  if (!isIn(allowed, figure)) return judged('inconclusive', `not surely: ${sentence}`);
  return accepted && isIn(range, figure)
    ? judged('improved', `as promised again: ${sentence}`, 'bless to hold it there')
    : judged('held', sentence);
};

/** Surely. */
const isBeyond = ({ figure, interval }: RelationTarget, { low, high }: Range): boolean => {
  const ends = interval ?? { low: figure, high: figure };
  return ends.low > high || ends.high < low;
};

const isIn = ({ low, high }: Range, figure: number): boolean => low <= figure && figure <= high;

const widened = ({ low, high }: Range, blessed: number, exact: boolean): Range => {
  const slack = 1 + (exact ? relationLimits.rounding : relationLimits.slack);
  return { low: Math.min(low, blessed / slack), high: Math.max(high, blessed * slack) };
};
