/**
 * A suite screens every case, and believes a slower one only after fresh pairs have said it again. They had no part in the suspicion, so the errors of
 * the two multiply: a case is falsely red with a chance of its alpha times that of the fresh pairs, one in as many as the suite has cases, and all
 * of them together with at most the greatest alpha (Bonferroni). Assumes that pairs are independent, as the test itself does.
 */
import { fewestPairs } from '../stats/signed-rank.ts';
import type { Looked } from '../stats/sequential.ts';
import type { Interval } from '../stats/two-sample.ts';
import type { Pair } from '../trace/pair.ts';
import { channelsOf, type Channels } from './channels.ts';
import { weigh, type Weighed } from './paired-evidence.ts';
import { judgePaired, judgeWeighed, verdictOf, type PairedContext, type PairedJudgement } from './paired.ts';
import { pairedSettings, tailShare, type PairedSettings } from './settings.ts';
import { atMostPercent, counted } from './words.ts';

/** What raised it, and in what company. */
export interface Suspicion {
  /** Of the suite that screened it: all that were judged in pairs. */
  readonly cases: number;
  /** The greatest of the suite. */
  readonly alpha: number;
  /** By the screen, new to base. */
  readonly screen: { readonly location: Interval; readonly tail: Interval | null };
}

/** One-sided error that the fresh pairs may have. A red has always been seen twice: never more than one in ten, which costs next to no finds. */
const errorAmong = (cases: number): number => 1 / Math.max(cases, 10);

/** Fresh pairs of a suspect among so many cases: where all of them agree, enough to say it again in either channel, or to clear it by themselves. */
export const pairsToConfirm = ({ alpha, confirming }: PairedSettings, cases: number): number =>
  Math.max(confirming, fewestPairs(tailShare * errorAmong(cases)), fewestPairs((1 - tailShare) * alpha));

/** What the screen says, as a suspicion keeps it; null where it suspects nothing. */
export const screenOf = (pairs: readonly Pair[], settings: PairedSettings): Suspicion['screen'] | null => {
  const weighed = weigh(channelsOf(pairs), settings);
  const { location, tail } = weighed;
  return verdictOf(weighed, settings) === 'slower'
    ? { location: location.interval, tail: tail?.interval ?? null }
    : null;
};

/** The fresh pairs of one suspect. Slower where both stages lie above the margin in one channel: the interval spans both. Else it is what the fresh pairs say by themselves. */
export const confirm = (
  fresh: readonly Pair[],
  suspicion: Suspicion,
  settings: PairedSettings = pairedSettings,
  context: PairedContext = {},
): PairedJudgement => {
  const { cases, alpha } = suspicion;
  const once = onceOf(settings, cases);
  const both = weighTwice(channelsOf(fresh), suspicion, settings);
  if (verdictOf(both, settings) === 'slower') {
    const judgement = judgeWeighed(fresh, both, once, context);
    const seenTwice = `confirmed by fresh pairs, in a suite of ${counted(cases, 'case')}: any false alarm in it <= ${atMostPercent(alpha)}`;
    return judgement.verdict === 'slower'
      ? { ...judgement, sentences: [...judgement.sentences, seenTwice] }
      : judgement;
  }
  const alone = judgePaired(fresh, once, context);
  const unsure = `slower again, but not as surely as a suite of ${counted(cases, 'case')} asks: judge this case by itself with fresh pairs`;
  return alone.verdict === 'slower'
    ? { ...alone, verdict: 'inconclusive', sentences: [unsure, ...alone.sentences] }
    : { ...alone, sentences: [...alone.sentences, 'seen slower before, not confirmed by fresh pairs'] };
};

/** One look, at the end. */
const onceOf = (settings: PairedSettings, cases: number): PairedSettings => ({
  ...settings,
  looks: [{ pairs: pairsToConfirm(settings, cases), spent: 1 }],
});

/** Fresh pairs and screen together. A ratio lies beyond an end of an interval only where it lies beyond that of both. */
export const weighTwice = (
  fresh: Channels,
  { cases, screen }: Pick<Suspicion, 'cases' | 'screen'>,
  settings: PairedSettings,
): Weighed => {
  const weighed = weigh(fresh, { ...onceOf(settings, cases), alpha: errorAmong(cases) });
  const { location, tail } = weighed;
  return {
    ...weighed,
    location: span(location, screen.location),
    tail: tail === null || screen.tail === null ? null : span(tail, screen.tail),
  };
};

const span = (looked: Looked, { low, high, level }: Interval): Looked => {
  const { interval } = looked;
  const outside = ((1 - interval.level) * (1 - level)) / 2;
  return {
    ...looked,
    interval: { low: Math.min(interval.low, low), high: Math.max(interval.high, high), level: 1 - outside },
  };
};
