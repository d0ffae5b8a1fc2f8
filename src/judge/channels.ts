/** What the judge looks at: for every pair one log ratio a channel. Decides nothing. */
import { pairLogRatio, pooledLogRatio, type Estimator } from '../stats/pair-ratio.ts';
import { quantile, toSample } from '../stats/sample.ts';
import { nearMinimum, tailCalls, tailOf } from '../stats/visit.ts';
import { callsOf, type Pair } from '../trace/pair.ts';

export const opinions = ['q25', 'median'] as const;
export type Opinion = (typeof opinions)[number];

/** Log ratios of B to A, one a pair, in the order run. */
export interface Channels extends Readonly<Record<Opinion, readonly number[]>> {
  /** Near the minimum of a visit: decides. */
  readonly location: readonly number[];
  /** null where some arm of some pair has too few calls to speak of a tail. */
  readonly tail: readonly number[] | null;
}

export const channelsOf = (pairs: readonly Pair[]): Channels => {
  const by = (of: Estimator): readonly number[] => pairs.map((pair) => pairLogRatio(pair, of));
  const tailed = pairs.every((pair) => (['A', 'B'] as const).every((arm) => callsOf(pair, arm).length >= tailCalls));
  return {
    location: by(nearMinimum),
    q25: by((calls) => quantile(toSample(calls), 0.25)),
    median: by((calls) => quantile(toSample(calls), 0.5)),
    tail: tailed ? pairs.map((pair) => pooledLogRatio(pair, tailOf)) : null,
  };
};
