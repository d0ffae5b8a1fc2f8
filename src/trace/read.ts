/**
 * A latency trace, one JSON value a line: text becomes pairs in seconds or a BadInput with file and line, never fewer pairs than are written.
 * Refuses torn, foreign and damaged lines, a pair twice, units that change, and durations that no clock can have measured.
 */
import { BadInput } from '../schema/bad-input.ts';
import { parseJson, readLines, schemaOf } from '../schema/read.ts';
import { parseStrict } from '../schema/strict.ts';
import type { HeaderLine } from './header.generated.ts';
import type { Block, Pair } from './pair.ts';
import type { PairLine } from './pair.generated.ts';

export interface Trace {
  /** {} where the trace has none. */
  readonly header: HeaderLine;
  readonly pairs: readonly Pair[];
}

/** Throws BadInput. */
export const readTrace = (path: string): Trace => parseTrace(readLines(path), path);

/** The same for lines in hand; empty ones at the end do not count. */
export const parseTrace = (given: readonly string[], where: string): Trace => {
  const lines = given.slice(0, given.findLastIndex((line) => line.trim() !== '') + 1);
  const first = lines[0] ?? '';
  const header = isHeader(first, where) ? parseJson(first, where, headerSchema) : undefined;
  const start = header === undefined ? 1 : 2;
  const seen: Seen = { numbers: new Map(), unit: undefined };
  const pairs = lines.slice(start - 1).map((line, index) => pairOf(line, { where, line: start + index }, seen));
  if (pairs.length === 0)
    throw new BadInput({
      what: 'holds no process pair',
      where: `${where}:${Math.max(1, lines.length)}`,
      fix: 'Record one: each is a line such as {"pair":0,"unit":"us","blocks":[…]}.',
    });
  return { header: header ?? {}, pairs };
};

const pairSchema = schemaOf<PairLine>(new URL('./pair.schema.json', import.meta.url));
const headerSchema = schemaOf<HeaderLine>(new URL('./header.schema.json', import.meta.url));

interface Place {
  readonly where: string;
  readonly line: number;
}

/** What must agree between lines. */
interface Seen {
  readonly numbers: Map<number, number>;
  unit: PairLine['unit'] | undefined;
}

/** A line with a field of a pair is meant as one: a damaged pair must not pass for a header. A unit may stand in the header of somebody else's recorder. */
const isHeader = (text: string, where: string): boolean => {
  const { value, tree } = parseStrict({ text, where });
  if (tree.type !== 'object') return false;
  const has = (field: string): boolean => Object.hasOwn(value as object, field);
  if (has('pair') || has('blocks')) return false;
  return !has('unit') || ['fingerprint', 'case', 'seed'].some(has);
};

const pairOf = (text: string, place: Place, seen: Seen): Pair => {
  const { pair, unit, blocks } = parseJson(text, place.where, pairSchema, place.line);
  const before = seen.numbers.get(pair);
  if (before !== undefined) throw twice(pair, before, place);
  seen.numbers.set(pair, place.line);
  if (seen.unit !== undefined && seen.unit !== unit) throw otherUnit(unit, seen.unit, place);
  seen.unit = unit;
  return { pair, blocks: blocks.map((block) => blockOf(block, unit, place)) };
};

const blockOf = ({ order, visits, reference }: PairLine['blocks'][number], unit: Unit, place: Place): Block => {
  if (visits.length !== order.length)
    throw refused(`order ${order} names ${order.length} visits, ${visits.length} are here`, place, restore);
  const inSeconds = (call: number): number => seconds(call, unit, place);
  return {
    order,
    visits: visits.map((visit) => visit.map(inSeconds)),
    reference: (reference ?? []).map(inSeconds),
  };
};

type Unit = PairLine['unit'];
const units: Readonly<Record<Unit, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };

/** Nobody times a call of more than a day: such a number is a time of day, or damaged. */
const longest = 86_400;

const seconds = (call: number, unit: Unit, place: Place): number => {
  const value = call * units[unit];
  if (value > 0 && value <= longest) return value;
  const what = call <= 0 ? 'the clock stepped back or stood still' : 'that is no duration of a call';
  throw refused(`a call took ${call} ${unit}: ${what}`, place, 'Record this pair again, with a monotonic clock.');
};

const restore = 'Restore the trace, or record this pair again.';

const refused = (what: string, { where, line }: Place, fix: string): BadInput =>
  new BadInput({ what, where: `${where}:${line}`, fix });

const twice = (pair: number, before: number, place: Place): BadInput =>
  refused(`pair ${pair} stands in line ${before} already`, place, 'Keep one: a pair counts once, or number them anew.');

const otherUnit = (unit: string, before: string, place: Place): BadInput =>
  refused(`unit is ${unit}, in the lines above ${before}`, place, 'Write one unit in all lines.');
