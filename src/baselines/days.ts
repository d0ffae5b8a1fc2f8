/**
 * The days that a latency was blessed on: at most one sample a day, so that what is kept differs as days do; blessing again and again in an
 * hour would learn how alike an hour is. A level that was accepted as new starts anew. Pure.
 */
import { mostDays } from '../judge/settings.ts';
import type { Verdict } from '../judge/verdict.ts';
import { counted } from '../judge/words.ts';
import { isDays } from '../metrics/metric.ts';
import type { Days, Value } from './baseline.generated.ts';
import { inline } from './render.ts';

/** Whether a value that still holds has room for this day; YYYY-MM-DD. One that was blessed before days were kept has. */
export const hasRoom = (old: Value, date: string): boolean =>
  typeof old !== 'object' || !isDays(old) || (Object.keys(old).length < mostDays && !Object.hasOwn(old, date));

/** The samples of an older estimator, which stand in no record, are not one day of it. */
export const withDay = (old: Value | undefined, date: string, sample: Days[string], verdict: Verdict): Days =>
  verdict !== 'slower' && verdict !== 'faster' && typeof old === 'object' && isDays(old)
    ? { ...old, [date]: sample }
    : { [date]: sample };

/** A value on one line; of days the last one and their number. */
export const told = (value: Value): string => {
  if (typeof value !== 'object' || !isDays(value)) return inline(value);
  const dates = Object.keys(value).sort();
  return `${inline(value[dates.at(-1) ?? ''])} (${counted(dates.length, 'day')})`;
};
