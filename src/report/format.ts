/**
 * Turns base units and verdicts into words for people. Scaling happens here and nowhere else;
 * a value that is not finite is named, never rounded into a number.
 */
import type { Verdict } from '../judge/verdict.ts';
import type { AnyNumber, Interval } from './report.generated.ts';

export type Tone = 'good' | 'bad' | 'unsure' | 'absent';
export type TimeUnit = keyof typeof secondsIn;

export interface Mark {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
}

/** Glyph and word of a verdict: colour may be added by whoever prints, it never carries the meaning alone. */
export function mark(verdict: string): Mark {
  // The contract says string: a word this version does not know must not look like a pass.
  const tone = isVerdict(verdict) ? tones[verdict] : 'unsure';
  const glyph = verdict === 'divergence' ? '~' : glyphs[tone];
  return { glyph, word: verdict === 'unavailable' ? 'not here' : verdict, tone };
}

export const glyphOf = (tone: Tone): string => glyphs[tone];

/** The verdict most in need of a reader. */
export const worstOf = (verdicts: readonly string[]): string =>
  verdicts.reduce((worst, next) => (severity(next) > severity(worst) ? next : worst), verdicts[0] ?? 'skipped');

export const severity = (verdict: string): number => ['absent', 'good', 'unsure', 'bad'].indexOf(mark(verdict).tone);

/** Counts with narrow no-break spaces between thousands: 10 000. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** Significant digits, as an exponent where zeros would have to be counted. */
export function significant(x: AnyNumber, digits = 3): string {
  if (typeof x === 'string' || !Number.isFinite(x)) return String(x);
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size < 1e-3 || size >= 1e6) return x.toExponential(digits - 1).replace('e+', 'e');
  return fixed(x, decimalsFor(x, digits));
}

export const percent = (share: number, decimals = 1): string => `${(share * 100).toFixed(decimals)} %`;

export const ratio = (x: number): string => `${x < 10 ? x.toFixed(2) : fixed(x, x < 100 ? 1 : 0)}x`;

export const mebibytes = (bytes: number): string => significant(bytes / 2 ** 20);

export const size = (bytes: number): string =>
  bytes < 2 ** 20 / 10 ? `${significant(bytes / 1024)} KiB` : `${mebibytes(bytes)} MiB`;

export const bytesOnDemand = (bytes: number): string => `${count(bytes)} bytes`;

export const timeUnit = (seconds: number): TimeUnit =>
  seconds >= 0.9995 ? 's' : seconds >= 1e-4 ? 'ms' : seconds >= 1e-7 ? 'µs' : 'ns';

/** A measured time in parts, so that tables can align them: the half interval has the value's decimals. */
export function timeParts(
  seconds: number,
  interval: Interval | null,
  unit: TimeUnit = timeUnit(seconds),
): [string, string] {
  const value = seconds / secondsIn[unit];
  const decimals = decimalsFor(value, 3);
  if (interval === null) return [fixed(value, decimals), ''];
  const half = (interval.high - interval.low) / 2 / secondsIn[unit];
  const shown = half.toFixed(decimals);
  return [fixed(value, decimals), `±${half > 0 && Number(shown) === 0 ? half.toFixed(decimalsFor(half, 1)) : shown}`];
}

export function time(seconds: number, interval: Interval | null = null): string {
  const unit = timeUnit(seconds);
  return `${timeParts(seconds, interval, unit).filter(Boolean).join(' ')} ${unit}`;
}

/** How long the run took: 1 min 52 s. */
export const elapsed = (seconds: number): string =>
  seconds < 60 ? time(seconds) : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;

export const threadsWord = (threads: number): string =>
  threads === 0 ? 'default threads' : threads === 1 ? '1 thread' : `${threads} threads`;

export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

export const secondsIn = { s: 1, ms: 1e-3, µs: 1e-6, ns: 1e-9 } as const;
const glyphs: Record<Tone, string> = { good: '✓', bad: '✗', unsure: '!', absent: '·' };
const tones: Record<Verdict, Tone> = {
  match: 'good',
  divergence: 'good',
  mismatch: 'bad',
  vacuous: 'bad',
  slower: 'bad',
  faster: 'good',
  steady: 'good',
  inconclusive: 'unsure',
  unbaselined: 'unsure',
  unfit: 'unsure',
  held: 'good',
  improved: 'good',
  regressed: 'bad',
  crashed: 'bad',
  'timed-out': 'bad',
  refused: 'bad',
  unavailable: 'absent',
  skipped: 'absent',
};

const isVerdict = (word: string): word is Verdict => Object.hasOwn(tones, word);

function decimalsFor(x: number, digits: number): number {
  // Rounded first: 0.9996 has as many decimals as 1.00.
  const rounded = Math.abs(Number(x.toPrecision(digits)));
  return rounded === 0 ? 0 : Math.min(20, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
}

function fixed(x: number, decimals: number): string {
  const [whole = '', fraction] = x.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
