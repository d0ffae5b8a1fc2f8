/** Latency: seconds of a later (steady) call, one estimate a fresh process. True on one machine. */
import { judgeDays } from '../judge/days.ts';
import { judgeLatency } from '../judge/latency.ts';
import { judgeSteady, withReasons } from '../judge/steady.ts';
import { leastDays, steadyMargins, type LatencyMargins } from '../judge/settings.ts';
import { toSample } from '../stats/sample.ts';
import { fourDigits, isDays, type Metric, type ValueOf } from './metric.ts';
import type { Latency } from './sources.ts';

/** Any duration that is taken once a fresh process. */
export const duration = (
  id: string,
  margins: LatencyMargins,
  take: (latency: Latency) => readonly number[],
): Metric<'sample', 'latency'> => ({
  id,
  suite: 'latency',
  scope: 'machine',
  shape: 'sample',
  source: 'latency',
  take: (latency) => toSample(take(latency)),
  judge: (target, baseline, { waiting }) =>
    judgeLatency(target, baseline && toSample(baseline), margins, undefined, waiting),
  round: (target) => target.map(fourDigits),
});

/** The gated batch size is the first one that was measured. */
export const metric: Metric<'days', 'latency'> = {
  ...duration('latency', steadyMargins, ({ batches }) => batches[0]?.steady ?? []),
  shape: 'days',
  paired: true,
  judge: (target, baseline, context) => {
    const { pairings, waiting } = context;
    const days = baseline === undefined ? [] : daysOf(baseline);
    // A quick look, with fewer processes of fewer calls, is another estimator.
    const known = days.length >= leastDays && days.every(({ length }) => length <= target.length);
    const byDays = known ? judgeDays(target, days.map(toSample), undefined, waiting) : null;
    if (byDays !== null && pairings.every(({ kind }) => kind === 'none')) return withReasons(byDays, pairings);
    const pooled = days.length === 0 ? undefined : toSample(days.flat());
    const byProcesses = judgeLatency(target, pooled, steadyMargins, undefined, waiting);
    // Processes of one day are alike, days are not: where it is known by how much, a red must be one by both.
    return judgeSteady(byProcesses.verdict === 'slower' ? (byDays ?? byProcesses) : byProcesses, context);
  },
};

const daysOf = (value: ValueOf<'days'>): readonly (readonly number[])[] =>
  isDays(value) ? Object.values(value) : [value];
