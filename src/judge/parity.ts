/**
 * Match, mismatch, known divergence or a check that proves nothing. Refuses to pass what is vacuous, what is not a number, a divergence that is out of
 * date, one that went away unnoticed, and a match that moved far from the blessed one.
 */
import type { TensorComparison } from '../compare/comparison.ts';
import { worstFirst } from '../compare/worst.ts';
import type { Parity } from '../baselines/baseline.generated.ts';
import { parityLimits } from './settings.ts';
import { judged, type Judgement, type ParityVerdict } from './verdict.ts';
import { counted, short, times } from './words.ts';

export interface ParityTarget {
  /** One an output. */
  readonly comparisons: readonly TensorComparison[];
  /** Greatest over the outputs: multiple of the tolerance that would just pass. */
  readonly excess: number;
  readonly nmse: number;
  /** null, or why this check proves nothing, as a sentence. */
  readonly vacuous: string | null;
  /** What it was compared with, such as `torch float64`. */
  readonly against: string;
  /** All that lies beyond its tolerance, also against others than that. */
  readonly diverging: readonly Diverging[];
}

/** An output with what it was compared with, and by which multiple of the tolerance it would just pass. */
export interface Diverging {
  /** Such as `logits against torch float64`. */
  readonly what: string;
  readonly excess: number;
}

export interface Divergence {
  readonly reason: string;
  /** YYYY-MM-DD, the last good day. */
  readonly expires: string;
}

export interface ParityContext {
  /** YYYY-MM-DD. */
  readonly today: string;
  /** What the card says of this case; the baseline's own goes before it. */
  readonly divergence: Divergence | undefined;
}

/** Sums comparisons up, NaN as the worst. None at all is vacuous. */
export const parityTarget = (
  comparisons: readonly TensorComparison[],
  vacuous: string | null,
  against: string,
  diverging: readonly Diverging[] = [],
): ParityTarget => {
  const excess = worstOf(comparisons.map((comparison) => comparison.excess));
  const nmse = worstOf(comparisons.map((comparison) => comparison.nmse));
  const empty = comparisons.length === 0 ? 'no output was compared' : vacuous;
  return { comparisons, excess, nmse, vacuous: empty, against, diverging };
};

export const judgeParity = (
  target: ParityTarget,
  baseline: Parity | undefined,
  context: ParityContext,
): Judgement<ParityVerdict> => {
  if (target.vacuous !== null) return judged('vacuous', `proves nothing: ${target.vacuous}`);
  const known = knownDivergence(baseline, context);
  // Written so that NaN is outside.
  if (target.excess <= 1) return known === undefined ? judgeMatch(target, baseline) : wentAway(target, known);
  return known === undefined ? mismatch(target) : judgeDivergence(target, baseline, known, context.today);
};

const worstOf = (values: readonly number[]): number =>
  Math.max(0, ...values.map((value) => (Number.isNaN(value) ? Infinity : value)));

interface Known extends Divergence {
  readonly from: 'baseline' | 'card';
}

const knownDivergence = (baseline: Parity | undefined, { divergence }: ParityContext): Known | undefined => {
  if (baseline?.divergence) return { ...baseline.divergence, from: 'baseline' };
  return divergence && { ...divergence, from: 'card' };
};

const judgeMatch = (target: ParityTarget, baseline: Parity | undefined): Judgement<ParityVerdict> => {
  const { excess, against } = target;
  const told = `${short(excess)} of the tolerance against ${against}`;
  if (baseline === undefined) return judged('match', `${told}, no baseline yet`);
  const { drift, floor } = parityLimits;
  if (excess <= Math.max(floor, drift * baseline.excess)) return judged('match', told);
  const growth = `${times(excess / baseline.excess)} the blessed difference`;
  const moved = baseline.excess > 0 ? growth : 'the blessed answer was equal';
  return mismatch(target, `within the tolerance, but ${moved} (${told}, blessed ${short(baseline.excess)})`);
};

const wentAway = ({ excess, against }: ParityTarget, { from, reason }: Known): Judgement<ParityVerdict> => {
  const told = `${short(excess)} of the tolerance against ${against} (on record: ${reason})`;
  const next = from === 'baseline' ? 'bless to take it off the record' : 'remove it from the divergences of model.json';
  return judged('mismatch', `the known divergence went away: ${told}`, next);
};

const judgeDivergence = (
  target: ParityTarget,
  baseline: Parity | undefined,
  known: Known,
  today: string,
): Judgement<ParityVerdict> => {
  const { excess, against } = target;
  // Dates as YYYY-MM-DD order as text does.
  if (!(today <= known.expires))
    return mismatch(target, `the known divergence expired on ${known.expires}: ${known.reason}`);
  if (!(excess < Infinity))
    return mismatch(target, 'no tolerance can pass this: a known divergence does not excuse it');
  const strange = target.diverging.filter(({ what }) => baseline?.diverging?.includes(what) === false);
  if (strange.length > 0)
    return mismatch(
      target,
      ...strange.map((each) => `${each.what} diverges by ${times(each.excess)} the tolerance: not what was accepted`),
      `known until ${known.expires}: ${known.reason}`,
    );
  const told = `${times(excess)} the tolerance`;
  if (baseline !== undefined && !(excess <= parityLimits.divergence * baseline.excess))
    return mismatch(target, `diverges more than known: ${told}, blessed ${times(baseline.excess)}: ${known.reason}`);
  return judged('divergence', `known divergence until ${known.expires}: ${known.reason}`, `${told} against ${against}`);
};

const mismatch = (target: ParityTarget, ...first: readonly string[]): Judgement<ParityVerdict> => {
  const outside = worstFirst(
    target.comparisons.filter(({ excess }) => !(excess <= 1)),
    ({ excess }) => excess,
  );
  const sentences = [...first, ...outside.map((comparison) => outputWords(comparison, target.against))];
  if (sentences.length > 0) return judged('mismatch', ...sentences);
  return judged('mismatch', `${times(target.excess)} the tolerance against ${target.against}`);
};

const outputWords = (comparison: TensorComparison, against: string): string => {
  const { output, structure, mismatched, count, maxAbs, nmse, tolerance, excess } = comparison;
  if (structure !== null) return `${output}: ${structure}`;
  const elements = `${mismatched} of ${counted(count, 'element')} differ from ${against} by up to ${short(maxAbs)}`;
  const layers = `${times(excess)} the tolerance, NMSE ${short(nmse)} (${short(tolerance.nmse)} allowed)`;
  return `${output}: ${elements} (${layers})`;
};
