/** Reads option values: refuses what cannot be meant, with a suggestion where one is near. */
import type { Backend } from '../backends/backend.ts';
import { BadInput } from '../schema/bad-input.ts';
import { nearest } from '../schema/explain.ts';

/** Backends by id; all where none is named. */
export function chosenBackends(backends: readonly Backend[], ids: readonly string[]): readonly Backend[] {
  if (ids.length === 0) return backends;
  return ids.map(
    (id) =>
      backends.find((backend) => backend.id === id) ??
      unknown(
        'backend',
        id,
        backends.map((backend) => backend.id),
      ),
  );
}

/** Throws BadInput where one that was named by hand would be left out without a word. */
export function needAllUsed(named: readonly string[] | undefined, used: readonly string[]): void {
  const idle = named?.find((id) => !used.includes(id));
  if (idle === undefined) return;
  throw new BadInput({
    what: `${idle} opens none of these`,
    where: '--backend',
    fix: 'leave it out, or name a file or artifact of a format that it takes: onpar doctor lists them',
  });
}

/** Options by name, of which none was given: without files nothing is drawn. `instead`: a command that could have been meant. Throws BadInput. */
export function refuseForFiles(options: Readonly<Record<string, unknown>>, instead: string): void {
  const given = Object.entries(options).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw new BadInput({
    what: 'is for files, and none was given',
    where: `--${given[0]}`,
    fix: `${instead}, or leave it out`,
  });
}

export function unknown(kind: string, word: string, known: readonly string[]): never {
  const near = nearest(word, known);
  throw new BadInput({
    what: `unknown ${kind} '${word}'`,
    where: 'command line',
    fix: near === undefined ? `known: ${known.join(', ')}` : `did you mean ${near}? Known: ${known.join(', ')}`,
  });
}

/** A whole number from `least` up. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new BadInput({
    what: `'${text}' is no whole number from ${least} up`,
    where: option,
    fix: `such as ${option} ${Math.max(least, 1)}`,
  });
}

/** A number in low..high, such as 0.02 for 2 %. */
export function fraction(option: string, text: string, low: number, high: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= low && value <= high) return value;
  throw new BadInput({
    what: `'${text}' is no number from ${low} to ${high}`,
    where: option,
    fix: `such as ${option} 0.02 for 2 %`,
  });
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, MB: 1e6, GB: 1e9 };

/** Bytes, written with their unit. */
export function byteCount(option: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([KMG]i?B)$/.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(digits) * (units[unit] ?? NaN));
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new BadInput({
    what: `'${text}' is no amount of memory`,
    where: option,
    fix: `a number with ${Object.keys(units).join(', ')}, such as ${option} 2GiB`,
  });
}

/** A command as it can be pasted back: flags without a value are left out, those that are `true` have none. */
export function commandLine(
  words: readonly string[],
  flags: readonly (readonly [string, string | boolean | undefined])[],
): string {
  const given = flags.flatMap(([flag, value]) =>
    typeof value === 'string' ? [flag, value] : value === true ? [flag] : [],
  );
  return ['onpar', ...words, ...given].join(' ');
}

/** name=value pairs. */
export function pairs(option: string, texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at <= 0)
        throw new BadInput({
          what: `'${text}' is no name=value`,
          where: option,
          fix: `such as ${option} sequence=24`,
        });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
