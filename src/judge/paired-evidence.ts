/** What a number of pairs says: every channel at its last look, second opinions, and the smallest slowdown that could have been seen. Decides nothing. */
import { isAbove, looksOf, ratioAt, type Look, type Looked } from '../stats/sequential.ts';
import type { Interval, Ratio } from '../stats/two-sample.ts';
import { visibleSlowdown } from '../stats/visible.ts';
import { opinions, type Channels, type Opinion } from './channels.ts';
import { tailShare, visiblePower, type PairedSettings } from './settings.ts';

export interface PairedEvidence {
  /** New to base, near the minimum of a visit. */
  readonly ratio: number;
  readonly interval: Interval;
  /** Judged: those of the look, or all before the first. */
  readonly pairs: number;
  readonly given: number;
  /** Fraction; null before the first look. */
  readonly visible: number | null;
  readonly opinions: Readonly<Record<Opinion, number>>;
  readonly shapeChanged: boolean;
  readonly tail: Ratio | null;
  /** The tail is slower, and near the minimum nothing is. */
  readonly tailAlone: boolean;
}

/** What is told of it: new to base, 1.031 is 3.1 % slower. */
export interface PairedFigures extends Pick<PairedEvidence, 'ratio' | 'interval' | 'pairs' | 'visible'> {
  /** Where the tail alone is slower. */
  readonly tail: Ratio | null;
}

export const figuresOf = ({ ratio, interval, pairs, visible, tail, tailAlone }: PairedEvidence): PairedFigures => ({
  ratio,
  interval,
  pairs,
  visible,
  tail: tailAlone ? tail : null,
});

/** Each channel at its own last look. */
export interface Weighed {
  readonly location: Looked;
  readonly tail: Looked | null;
  readonly channels: Channels;
  readonly looks: readonly Look[];
}

/** The tail takes its share of alpha only where there is one. */
export const weigh = (channels: Channels, { alpha, looks: plan }: PairedSettings): Weighed => {
  const { location, tail } = channels;
  const looks = looksOf(plan, tail === null ? alpha : alpha * (1 - tailShare));
  return {
    location: ratioAt(location, looks),
    tail: tail === null ? null : ratioAt(tail, looksOf(plan, alpha * tailShare)),
    channels,
    looks,
  };
};

export const evidenceOf = (
  { location, tail, channels, looks }: Weighed,
  settings: PairedSettings,
  seed: number,
): PairedEvidence => {
  const { ratio, interval, pairs, look } = location;
  const others = opinions.map((name) => [name, ratioAt(channels[name], looks).ratio] as const);
  const { margin, tailMargin } = settings;
  const sight = { logRatios: channels.location.slice(0, pairs), margin, power: visiblePower, seed };
  return {
    ratio,
    interval,
    pairs,
    given: channels.location.length,
    visible: look === undefined ? null : visibleSlowdown({ ...sight, rank: look.rank }),
    opinions: Object.fromEntries(others) as Record<Opinion, number>,
    shapeChanged: opinions.some((name) => differs(channels, name, looks, settings.shapeMargin)),
    tail: tail === null ? null : { ratio: tail.ratio, interval: tail.interval },
    tailAlone: tail !== null && isAbove(tail, tailMargin) && !isAbove(location, margin),
  };
};

/** Whether a second opinion is surely slower than the place near the minimum, and beyond the budget: then steady is not the word for it. */
export const isLongerThan = ({ channels, looks }: Weighed, { margin, budget, shapeMargin }: PairedSettings): boolean =>
  opinions.some((name) => {
    const { ratio, interval } = ratioAt(channels[name], looks);
    return ratio > 1 + budget && interval.low > 1 + margin && differs(channels, name, looks, shapeMargin);
  });

/** Whether an opinion differs from the ratio, pair by pair, surely by more than the margin. */
const differs = (channels: Channels, name: Opinion, looks: readonly Look[], margin: number): boolean => {
  const apart = channels[name].map((value, index) => value - (channels.location[index] ?? NaN));
  const { look, interval } = ratioAt(apart, looks);
  return look !== undefined && (interval.low > 1 + margin || interval.high < 1 / (1 + margin));
};
