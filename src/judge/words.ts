/** Numbers as the judge's sentences say them: percent without false digits, bytes in MiB, multiples. Decides nothing. */
import type { Interval } from '../stats/two-sample.ts';

/** 0.31 -> '31 %', 0.0311 -> '3.1 %'. */
export const percent = (fraction: number): string => `${percentDigits(fraction)} %`;
/** A ratio as a change: 1.31 -> '+31 %'. */
export const change = (ratio: number): string => {
  const size = percent(Math.abs(ratio - 1));
  return `${ratio < 1 && size !== percent(0) ? '-' : '+'}${size}`;
};
/** '[24, 38]', the ends of a ratio's interval as changes in percent, in the direction told. */
export const ends = ({ low, high }: Interval, direction: 'up' | 'down'): string =>
  direction === 'up'
    ? `[${percentDigits(low - 1)}, ${percentDigits(high - 1)}]`
    : `[${percentDigits(1 - high)}, ${percentDigits(1 - low)}]`;
/** 0.00397 -> '0.4 %', rounded up: a promise must not be flattered. */
export const atMostPercent = (fraction: number): string =>
  `${Number((Math.ceil(fraction * 1000 - 1e-9) / 10).toFixed(1))} %`;
/** Three significant digits. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
/** 41 -> '41x'. */
export const times = (value: number): string => `${short(value)}x`;
/** 1 process, 2 processes. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
/** For what is judged to the byte. */
export const exactBytes = (value: number): string =>
  `${counted(value, 'byte')}${value < 2 ** 20 ? '' : ` (${(value / 2 ** 20).toFixed(1)} MiB)`}`;
/** Exact below 1 MiB. */
export const bytes = (value: number): string =>
  value < 2 ** 20 ? `${value} bytes` : `${(value / 2 ** 20).toFixed(value < 100 * 2 ** 20 ? 1 : 0)} MiB`;

const percentDigits = (fraction: number): string => {
  const value = fraction * 100;
  return String(Number(Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(1)));
};
