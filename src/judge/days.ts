/**
 * Today's latency against the days on which it was blessed on this machine. One day is one datum: what
 * lies between days is what no number of processes averages out. Refuses to alarm with a chance above `dayAlarm`, were days drawn alike.
 */
import { predict, studentQuantile } from '../stats/prediction.ts';
import { quantile, type Sample } from '../stats/sample.ts';
import type { Interval } from '../stats/two-sample.ts';
import { unfitFor } from './latency.ts';
import { dayAlarm, dayMargins, falseCalm, mostDays, visiblePower, type LatencyMargins } from './settings.ts';
import { judged, type Judgement, type LatencyVerdict } from './verdict.ts';
import { atMostPercent, change, ends, percent } from './words.ts';

/** `days`: one sample each, seconds, two or more. `unpaired`: why no base version judges instead. */
export const judgeDays = (
  target: Sample,
  days: readonly Sample[],
  unpaired: string,
  margins: LatencyMargins = dayMargins,
): Judgement<LatencyVerdict> =>
  unfitFor(target, margins) ?? decide(evidenceOf(target, days, margins), margins, unpaired);

interface Evidence {
  /** Today to the days: 1.05 is 5 % slower. */
  readonly ratio: number;
  /** Each end at `dayAlarm`. */
  readonly strict: Interval;
  /** The upper end at `falseCalm`. */
  readonly most: number;
  /** Ratio that would have been called slower in `visiblePower` of all cases. */
  readonly visible: number;
  readonly count: number;
}

/** Of fresh processes the lower quartile: a neighbour makes some of them slower for their whole life, and none faster. */
const datumOf = (day: Sample): number => Math.log(quantile(day, 0.25));

const evidenceOf = (target: Sample, days: readonly Sample[], { margin }: LatencyMargins): Evidence => {
  const { centre, scale, freedom } = predict(days.map(datumOf));
  const moved = datumOf(target) - centre;
  const reach = (error: number): number => studentQuantile(error, freedom) * scale;
  const strict = {
    low: Math.exp(moved - reach(dayAlarm)),
    high: Math.exp(moved + reach(dayAlarm)),
    level: 1 - 2 * dayAlarm,
  };
  return {
    ratio: Math.exp(moved),
    strict,
    most: Math.exp(moved + reach(falseCalm)),
    visible: (1 + margin) * Math.exp(reach(dayAlarm) + reach(1 - visiblePower)),
    count: days.length,
  };
};

const decide = (evidence: Evidence, margins: LatencyMargins, unpaired: string): Judgement<LatencyVerdict> => {
  const { ratio, strict, most, count } = evidence;
  const against = `the ${count} days on which it was blessed on this machine`;
  const sees = `can see >= ${percent(evidence.visible - 1)} at ${percent(visiblePower)}`;
  const sure = `false alarm <= ${atMostPercent(dayAlarm)}, ${sees}`;
  if (strict.low > 1 + margins.margin)
    return judged('slower', `slower by ${percent(ratio - 1)} ${ends(strict, 'up')} than ${against} (${sure})`);
  if (strict.high < 1 - margins.faster)
    return judged('faster', `faster by ${percent(1 - ratio)} ${ends(strict, 'down')} than ${against} (${sure})`);
  if (most < 1 + margins.budget)
    return judged('steady', `${change(ratio)}, at most ${change(most)} against ${against} (${sees})`);
  const told = `${change(ratio)} [${change(strict.low)}, ${change(strict.high)}] against ${against}: they differ too much to be sure (${sees})`;
  return judged('inconclusive', told, settle(count), `not paired with a base version: ${unpaired}`);
};

const settle = (count: number): string =>
  count < mostDays
    ? `bless on ${mostDays - count} more days, or judge it in pairs: ONPAR_BASE=auto`
    : 'judge it in pairs: ONPAR_BASE=auto';
