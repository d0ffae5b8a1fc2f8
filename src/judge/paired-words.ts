/** The sentences of the paired judge: what moved and how surely, what the run could have seen, and what would settle what is open. Decides nothing. */
import { isAbove } from '../stats/sequential.ts';
import type { Ratio } from '../stats/two-sample.ts';
import { tailCalls } from '../stats/visit.ts';
import type { PairedEvidence, Weighed } from './paired-evidence.ts';
import { secondsFor } from './settings.ts';
import type { PairedSettings } from './settings.ts';
import type { LatencyVerdict } from './verdict.ts';
import { atMostPercent, change, counted, ends, percent, times } from './words.ts';

export interface Told extends Pick<Weighed, 'location' | 'tail' | 'looks'> {
  readonly evidence: PairedEvidence;
  readonly settings: PairedSettings;
  readonly against: string;
  readonly pinned: boolean;
}

export const noBase = 'no base to pair with: name one, or bless to commit this one';

export const unfit = (why: string, pinned: boolean): readonly string[] => [
  `this machine was not fit to measure: ${why}; run again when it is quiet`,
  ...place(pinned),
];

const place = (pinned: boolean): readonly string[] =>
  pinned ? [] : ['not pinned to a core: others may have moved one version and not the other'];

export const wild = (what: string, spread: number): string =>
  `equal work of the ${what} differed ${times(spread)} between visits of the usual pair`;

export const notNull = (verdict: 'slower' | 'faster', location: Ratio, tail: Ratio | null): string =>
  `base against base came out ${verdict}, ${spanned(location)} near the minimum${tail === null ? '' : `, ${spanned(tail)} in the tail`}`;

/** '+0.4 % [-0.2 %, +1.1 %]' */
const spanned = ({ ratio, interval }: Ratio): string =>
  `${change(ratio)} [${change(interval.low)}, ${change(interval.high)}]`;

/** Worst first. */
export const sentences = (verdict: LatencyVerdict, told: Told): readonly string[] => [
  ...(verdict === 'slower' || verdict === 'faster' ? moved(verdict, told) : []),
  ...(verdict === 'steady' ? [steady(told), ...open(told)] : []),
  ...(verdict === 'inconclusive' ? inconclusive(told) : []),
  ...shape(told),
  ...unused(told),
  ...untold(told),
  ...place(told.pinned),
];

const moved = (verdict: 'slower' | 'faster', told: Told): readonly string[] => {
  const { location, tail, evidence, settings, against } = told;
  const line = (where: string, { ratio, interval }: Ratio, pairs: number): string => {
    const range = ends(interval, verdict === 'slower' ? 'up' : 'down');
    const alarm = `${processPairs(pairs)}, false alarm <= ${atMostPercent(settings.alpha)}`;
    return `${verdict}${where} by ${percent(Math.abs(ratio - 1))} ${range} than ${against} (${alarm})`;
  };
  const near = line('', location, location.pairs) + sight(told);
  if (verdict === 'faster' || tail === null || !isAbove(tail, settings.tailMargin)) return [near];
  const far = line(' in the tail', tail, tail.pairs);
  return evidence.tailAlone ? [far, `${spanned(location)} near the minimum${sight(told)}`] : [near, far];
};

const steady = (told: Told): string => {
  const { location, settings, against } = told;
  const bounded = `${change(location.ratio)}, at most ${change(location.interval.high)}`;
  const sizes = `${processPairs(location.pairs)}, budget ${percent(settings.budget)}`;
  return `${bounded} against ${against} (${sizes})${sight(told)}`;
};

/** Steady is said of the place near the minimum; where the tail leans it must not read as more. */
const open = ({ tail, settings: { tailMargin } }: Told): readonly string[] =>
  tail !== null && tail.ratio > 1 + tailMargin ? [`the slowest tenth is open: ${spanned(tail)}`] : [];

const inconclusive = (told: Told): readonly string[] => {
  const { location, settings, against } = told;
  // An interval before the first look has not the level that a verdict asks for.
  if (location.look === undefined)
    return [`${change(location.ratio)} against ${against}, and no word on how surely`, settle(told)];
  if (location.interval.high < 1 + settings.budget)
    return [
      `${spanned(location)} against ${against} near the minimum (${processPairs(location.pairs)}), and most calls take surely longer than that`,
      'more pairs would not settle it: the new version has calls of two speeds, or only its fastest ones kept theirs',
    ];
  return [
    `${spanned(location)} against ${against}: neither surely slower nor surely within the budget (${processPairs(location.pairs)})${sight(told)}`,
    settle(told),
  ];
};

const processPairs = (pairs: number): string => counted(pairs, 'process pair');

const sight = ({ evidence: { visible } }: Told): string =>
  visible === null ? '' : `, can see >= ${atMostPercent(visible)} at 90 %`;

/** What would resolve it. An interval's width shrinks with the root of the number of pairs. */
const settle = ({ location, looks: [first], settings: { looks, margin, budget } }: Told): string => {
  const { ratio, interval, pairs, look } = location;
  if (look === undefined)
    return `${processPairs(pairs)} cannot decide${first === undefined ? '' : `: ${first.pairs} can`}`;
  const toSlower = Math.log(ratio / interval.low) / Math.log(ratio / (1 + margin));
  const toSteady = Math.log(interval.high / ratio) / Math.log((1 + budget) / ratio);
  const needed = Math.ceil(pairs * Math.min(...[toSlower, toSteady].filter((factor) => factor > 0)) ** 2);
  const next = looks.find((planned) => planned.pairs > pairs && planned.pairs >= needed);
  if (next !== undefined) return `${processPairs(next.pairs)} would probably settle it`;
  const more = Math.max(needed, pairs + 1);
  const seconds = secondsFor(more);
  const longer =
    seconds === null
      ? 'only a quieter machine would settle it'
      : `${processPairs(more)} would probably settle it: ask for "seconds": ${seconds} in latency.paired of the card`;
  return `${longer}; a budget of ${atMostPercent(interval.high - 1)} would call it steady`;
};

const shape = ({ evidence }: Told): readonly string[] => {
  const { shapeChanged, ratio, opinions } = evidence;
  if (!shapeChanged) return [];
  const others = `${change(opinions.q25)} by the lower quartile, ${change(opinions.median)} by the median`;
  return [`the shape of the times changed: ${change(ratio)} near the minimum of a visit, ${others}`];
};

/** Foreign traces only: pairs that onpar takes have enough. */
const untold = ({ tail }: Told): readonly string[] =>
  tail === null ? [`nothing is said of the tail: fewer than ${tailCalls} calls of an arm in a pair`] : [];

const unused = ({ evidence: { pairs, given }, settings: { looks } }: Told): readonly string[] => {
  if (pairs === given) return [];
  const next = looks.find((look) => look.pairs > given);
  const rest = next === undefined ? 'the plan has no later look' : `the next look is at ${next.pairs}`;
  return [`${processPairs(given)} given, judged at the look at ${pairs}: ${rest}`];
};
