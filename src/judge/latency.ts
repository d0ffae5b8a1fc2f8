/**
 * Slower, faster, steady or undecided: fresh processes of today against those of the last bless, by an exact interval of their ratio.
 * Refuses to alarm with a chance above `falseAlarm`, to call anything steady that could be beyond the budget, and to judge on a machine that is not fit.
 */
import { bestLevel, compareSamples, type Ratio } from '../stats/two-sample.ts';
import { spread, type Sample } from '../stats/sample.ts';
import { falseAlarm, falseCalm, type LatencyMargins } from './settings.ts';
import { judged, type Judgement, type LatencyVerdict } from './verdict.ts';
import { atMostPercent, change, counted, ends, percent, times } from './words.ts';

/**
 * `target` and `baseline`: one estimate a fresh process, seconds. `against` names the baseline in sentences. `waiting`: share of its time that others kept a process of the target from its core,
 * where that is known.
 */
export const judgeLatency = (
  target: Sample,
  baseline: Sample | undefined,
  margins: LatencyMargins,
  against = 'the committed baseline of this machine',
  waiting: number | null = null,
): Judgement<LatencyVerdict> => {
  const unfit = unfitFor(target, margins);
  if (unfit !== null) return unfit;
  if (baseline === undefined) return unbaselined;
  const strict = compareSamples(target, baseline, 1 - 2 * falseAlarm);
  const calm = compareSamples(target, baseline, 1 - 2 * falseCalm);
  const sizes = `${target.length} and ${baseline.length} fresh processes`;
  return decide({ strict, calm, margins, sizes, against, waiting, counts: [target.length, baseline.length] });
};

interface Evidence {
  readonly strict: Ratio;
  readonly calm: Ratio;
  readonly margins: LatencyMargins;
  readonly sizes: string;
  readonly against: string;
  readonly waiting: number | null;
  readonly counts: readonly [number, number];
}

const decide = (evidence: Evidence): Judgement<LatencyVerdict> => {
  const { strict, calm, margins } = evidence;
  const alarming = reaches(strict, falseAlarm);
  if (alarming && strict.interval.low > 1 + margins.margin) {
    const slower = moved('slower', evidence);
    const excused = strict.interval.low <= (1 + margins.margin) * excuseOf(evidence.waiting);
    return excused ? heldUp(evidence.waiting, slower.sentences.join('; ')) : slower;
  }
  if (alarming && strict.interval.high < 1 - margins.faster) return moved('faster', evidence);
  if (reaches(calm, falseCalm) && calm.interval.high < 1 + margins.budget) return steady(evidence);
  return inconclusive(evidence);
};

/** Whether the samples were large enough for this one-sided error. */
const reaches = ({ interval }: Ratio, error: number): boolean => (1 - interval.level) / 2 <= error;

const moved = (verdict: 'slower' | 'faster', { strict, sizes, against }: Evidence): Judgement<LatencyVerdict> => {
  const size = percent(Math.abs(strict.ratio - 1));
  const range = ends(strict.interval, verdict === 'slower' ? 'up' : 'down');
  // What lies between days no number of processes tells.
  const alarm = `false alarm <= ${atMostPercent((1 - strict.interval.level) / 2)} were days alike`;
  return judged(verdict, `${verdict} by ${size} ${range} than ${against} (${sizes}, ${alarm})`);
};

const steady = ({ calm, sizes, against, margins }: Evidence): Judgement<LatencyVerdict> => {
  const bounded = `${change(calm.ratio)}, at most ${change(calm.interval.high)}`;
  return judged('steady', `${bounded} against ${against} (${sizes}, budget ${percent(margins.budget)})`);
};

const inconclusive = (evidence: Evidence): Judgement<LatencyVerdict> => {
  const { calm, sizes, against } = evidence;
  const { low, high } = calm.interval;
  const told = `${change(calm.ratio)} [${change(low)}, ${change(high)}] against ${against}: neither surely slower nor surely within the budget (${sizes})`;
  return judged('inconclusive', told, settle(evidence));
};

/** What would resolve it. An interval's width shrinks with the root of the number of processes. */
const settle = ({ calm, counts, margins }: Evidence): string => {
  const [n, m] = counts;
  if (!((1 - bestLevel(n, m)) / 2 <= falseAlarm))
    return `${counted(n, 'process', 'processes')} against ${m} cannot decide: 5 fresh processes on each side can`;
  const { ratio, interval } = calm;
  const width = Math.log(interval.high / interval.low) / 2;
  const room = Math.max(Math.log((1 + margins.budget) / ratio), Math.log(ratio / (1 + margins.margin)));
  const needed = Math.ceil(Math.max(n, m) * Math.max((width / room) ** 2, 1.2));
  return needed <= most
    ? `about ${needed} fresh processes on each side would settle it`
    : 'only a quieter machine would settle it';
};

const most = 40;

/** Null where equal work came out near enough to be judged. */
export const unfitFor = (target: Sample, { unusable }: LatencyMargins): Judgement<LatencyVerdict> | null => {
  const wide = spread(target);
  // Written so that NaN is unfit.
  if (wide <= unusable) return null;
  const told = `equal work differed ${times(wide)} between ${counted(target.length, 'fresh process', 'fresh processes')}`;
  return judged('unfit', `this machine was not fit to measure: ${told}; run again when it is quiet`);
};

/**
 * How many times as long it may have taken for want of a core alone. Kept from it for a share of its time a process takes 1 / (1 - share) as long; squared, for
 * a short piece of work may fall into more of the waiting than its share.
 */
export const excuseOf = (waiting: number | null): number => 1 / (1 - Math.min(waiting ?? 0, 0.99)) ** 2;

/** Slower, but no more than others having the core explains. */
export const heldUp = (waiting: number | null, told: string): Judgement<LatencyVerdict> => {
  const busy = `other processes had the core for ${percent(waiting ?? 0)} of the time`;
  return judged('unfit', `this machine was not fit to measure: ${busy}; run again when it is quiet`, told);
};

const unbaselined: Judgement<LatencyVerdict> = judged(
  'unbaselined',
  'no committed latency of this case on this machine: bless to commit this one',
);
