/**
 * Today's latency against the days on which it was blessed on this machine. One day is one datum: what
 * lies between days is what no number of processes averages out. Refuses to alarm with a chance above `dayAlarm`, were days drawn alike.
 */
import { predict, studentQuantile } from '../stats/prediction.ts';
import { quantile, type Sample } from '../stats/sample.ts';
import { excuseOf, heldUp, unfitFor } from './latency.ts';
import { dayAlarm, dayMargins, falseCalm, mostDays, visiblePower, type LatencyMargins } from './settings.ts';
import { judged, type Judgement, type LatencyVerdict } from './verdict.ts';
import { atMostPercent, change, ends, percent } from './words.ts';

/** Of fresh processes the lower quartile: a neighbour makes some of them slower for their whole life, and none faster. */
const datumOf = (day: Sample): number => Math.log(quantile(day, 0.25));

/** `days`: one sample each, seconds, two or more. */
export const judgeDays = (
  target: Sample,
  days: readonly Sample[],
  margins: LatencyMargins = dayMargins,
  waiting: number | null = null,
): Judgement<LatencyVerdict> => {
  const unfit = unfitFor(target, margins);
  if (unfit !== null) return unfit;
  const { centre, scale, freedom } = predict(days.map(datumOf));
  const moved = datumOf(target) - centre;
  const reach = (error: number): number => studentQuantile(error, freedom) * scale;
  const alarm = reach(dayAlarm);
  const [low, ratio, high] = [Math.exp(moved - alarm), Math.exp(moved), Math.exp(moved + alarm)];
  const most = Math.exp(moved + reach(falseCalm));
  const visible = (1 + margins.margin) * Math.exp(alarm + reach(1 - visiblePower)) - 1;
  const interval = { low, high, level: 1 - 2 * dayAlarm };
  const against = `the ${days.length} days on which it was blessed on this machine`;
  const sees = `can see >= ${percent(visible)} at ${percent(visiblePower)}`;
  const sure = `false alarm <= ${atMostPercent(dayAlarm)}, ${sees}`;
  if (low > 1 + margins.margin) {
    const told = `slower by ${percent(ratio - 1)} ${ends(interval, 'up')} than ${against} (${sure})`;
    return low <= (1 + margins.margin) * excuseOf(waiting) ? heldUp(waiting, told) : judged('slower', told);
  }
  if (high < 1 - margins.faster)
    return judged('faster', `faster by ${percent(1 - ratio)} ${ends(interval, 'down')} than ${against} (${sure})`);
  if (most < 1 + margins.budget)
    return judged('steady', `${change(ratio)}, at most ${change(most)} against ${against} (${sees})`);
  const told = `${change(ratio)} [${change(low)}, ${change(high)}] against ${against}: they differ too much to be sure (${sees})`;
  const more = days.length < mostDays ? `bless on ${mostDays - days.length} more days, or ` : '';
  const settle = `${more}judge it in pairs: ONPAR_BASE=REF_OR_FOLDER`;
  return judged('inconclusive', told, settle);
};
