/**
 * Slower, faster, steady or undecided: fresh process pairs of base and new, by the exact interval of their ratio at the last look of a sequential plan.
 * Refuses to alarm with a chance above alpha however often it is asked, to call anything steady that could be beyond the budget, and to
 * judge before the first look, on a machine that is not fit, or against a null control that is not null.
 */
import { isAbove } from '../stats/sequential.ts';
import type { Pair } from '../trace/pair.ts';
import { channelsOf } from './channels.ts';
import { spreadOf } from './fitness.ts';
import { evidenceOf, isLongerThan, weigh, type PairedEvidence, type Weighed } from './paired-evidence.ts';
import * as words from './paired-words.ts';
import { pairedSettings, type PairedSettings } from './settings.ts';
import { judged, type Judgement, type LatencyVerdict } from './verdict.ts';

export interface PairedJudgement extends Judgement<LatencyVerdict> {
  /** null where there was nothing to judge. */
  readonly evidence: PairedEvidence | null;
}

export interface PairedContext {
  /** Base against base, by the same recorder: must not be seen to differ. */
  readonly control?: readonly Pair[];
  /** Names the base in sentences. */
  readonly against?: string;
  /** Whether all processes were held to one core. */
  readonly pinned?: boolean;
  readonly seed?: number;
}

/** `pairs` in the order run, undefined where there is no base. A retry appends pairs to those there are, and judges again. */
export const judgePaired = (
  pairs: readonly Pair[] | undefined,
  settings: PairedSettings = pairedSettings,
  context: PairedContext = {},
): PairedJudgement => {
  if (pairs === undefined || pairs.length === 0) return { ...judged('unbaselined', words.noBase), evidence: null };
  return judgeWeighed(pairs, weigh(channelsOf(pairs), settings), settings, context);
};

/** What the pairs weigh, judged: at least one pair. */
export const judgeWeighed = (
  pairs: readonly Pair[],
  weighed: Weighed,
  settings: PairedSettings,
  { control = [], against = 'the base', pinned = true, seed = 1 }: PairedContext,
): PairedJudgement => {
  const evidence = evidenceOf(weighed, settings, seed);
  const told: words.Told = { ...weighed, evidence, settings, against, pinned };
  const unfit = unfitness(pairs, control, settings);
  if (unfit !== undefined) return { ...judged('unfit', ...words.unfit(unfit, pinned)), evidence };
  const verdict = verdictOf(weighed, settings);
  return { ...judged(verdict, ...words.sentences(verdict, told)), evidence };
};

/** Slower wins, in either channel. Steady is what no second opinion contradicts. */
export const verdictOf = (
  weighed: Weighed,
  settings: PairedSettings,
): 'slower' | 'faster' | 'steady' | 'inconclusive' => {
  const { location, tail } = weighed;
  const { margin, budget, tailMargin } = settings;
  if (isAbove(location, margin) || (tail !== null && isAbove(tail, tailMargin))) return 'slower';
  if (location.look === undefined) return 'inconclusive';
  if (location.interval.high < 1 / (1 + margin)) return 'faster';
  return location.interval.high < 1 + budget && !isLongerThan(weighed, settings) ? 'steady' : 'inconclusive';
};

/**
 * How many pairs a recorder should have before it judges again; null where it may stop. Any rule would keep the promise of alpha: this one goes on
 * while nothing is decided, and while a steady estimate lies above the margin, since more pairs may show that it is slower.
 */
export const nextLook = (
  { verdict, evidence }: PairedJudgement,
  settings: PairedSettings = pairedSettings,
): number | null => {
  const given = evidence?.given ?? 0;
  const goesOn =
    verdict === 'unbaselined' || verdict === 'inconclusive' || (verdict === 'steady' && leans(evidence, settings));
  return goesOn ? (settings.looks.find(({ pairs }) => pairs > given)?.pairs ?? null) : null;
};

const leans = (evidence: PairedEvidence | null, { margin, tailMargin }: PairedSettings): boolean =>
  evidence !== null && (evidence.ratio > 1 + margin || (evidence.tail?.ratio ?? 0) > 1 + tailMargin);

/** Why the machine, or whatever else both arms share, forbids a verdict. Looks at the base alone: a new version that is erratic is not the machine's fault. */
const unfitness = (pairs: readonly Pair[], control: readonly Pair[], settings: PairedSettings): string | undefined => {
  const equalWork = [
    ['base', spreadOf(pairs, 'A')],
    ['reference', spreadOf(pairs, 'reference')],
  ] as const;
  // Written so that NaN is unfit.
  const wild = equalWork.find(([, spread]) => !(spread <= settings.unusable));
  if (wild !== undefined) return words.wild(wild[0], wild[1]);
  if (control.length === 0) return undefined;
  // It stopped by the usual plan and alpha, whatever this case asks for.
  const { looks, alpha } = pairedSettings;
  const usual = { ...settings, looks, alpha: Math.min(alpha, settings.alpha) };
  const seen = weigh(channelsOf(control), usual);
  const verdict = verdictOf(seen, settings);
  return verdict === 'slower' || verdict === 'faster' ? words.notNull(verdict, seen.location, seen.tail) : undefined;
};
