/** A baseline as text: keys by code unit, one value or day a line, so that a diff shows what moved. Unchanged values keep the bytes that they had. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { isDays } from '../metrics/metric.ts';
import type { Machine } from './fingerprint.ts';
import type { Baseline, Value } from './baseline.generated.ts';

/** `old`: the text that is replaced; null for a new file. */
export const renderBaseline = (baseline: Baseline, old: string | null): string => {
  const kept = keeper(old);
  const { provenance } = baseline;
  const metrics = sorted(baseline.values).map(([id, cases]) =>
    block(4, id, sorted(cases).map(([key, value]) => lineOf(key, value, kept(id, key, value)))),
  ); // prettier-ignore
  const lines = [
    ...(baseline.$schema === undefined ? [] : [`  "$schema": ${quote(baseline.$schema)}`]),
    `  "schemaVersion": ${baseline.schemaVersion}`,
    `  "model": ${quote(baseline.model)}`,
    `  "fingerprint": ${inline(baseline.fingerprint)}`,
    block(2, 'provenance', [
      ...(['date', 'commit', 'reason', 'onpar', 'node'] as const).map((key) => `    ${quote(key)}: ${inline(provenance[key])}`),
      block(4, 'backends', sorted(provenance.backends).map(([key, value]) => `      ${quote(key)}: ${quote(value)}`)),
    ]),
    block(2, 'values', metrics),
  ]; // prettier-ignore
  return `{\n${lines.join(',\n')}\n}\n`;
};

/** Days stand below each other: one that is added is one line more. `bytes`: what it has on disk. */
const lineOf = (key: string, value: Value, bytes: string | undefined): string =>
  bytes === undefined && typeof value === 'object' && isDays(value)
    ? block(6, key, sorted(value).map(([date, day]) => `        ${quote(date)}: ${inline(day)}`))
    : `      ${quote(key)}: ${bytes ?? inline(value)}`; // prettier-ignore

/** The facts of a machine for people: one a line. */
export const renderMachine = ({ fingerprint, isa, facts }: Machine): string => {
  const lines = Object.entries({ fingerprint, isa, ...facts }).map(
    ([key, value]) => `  ${quote(key)}: ${inline(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
};

/** JSON on one line, with the spaces that Prettier writes. */
export const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${sorted(value as Readonly<Record<string, unknown>>)
    .map(([key, part]) => `${quote(key)}: ${inline(part)}`)
    .join(', ')} }`;
};

const block = (indent: number, key: string, lines: readonly string[]): string => {
  const space = ' '.repeat(indent);
  return lines.length === 0
    ? `${space}${quote(key)}: {}`
    : `${space}${quote(key)}: {\n${lines.join(',\n')}\n${space}}`;
};

const quote = (text: string): string => JSON.stringify(text);

const sorted = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The old bytes of a value that did not change, if they stand on one line. */
const keeper = (old: string | null): ((id: string, key: string, value: unknown) => string | undefined) => {
  const tree = old === null ? undefined : parseTree(old);
  return (id, key, value) => {
    const node = tree && findNodeAtLocation(tree, ['values', id, key]);
    if (old === null || !node) return undefined;
    const bytes = old.slice(node.offset, node.offset + node.length);
    return bytes.includes('\n') || !isDeepStrictEqual(JSON.parse(bytes), value) ? undefined : bytes;
  };
};
