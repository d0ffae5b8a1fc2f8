/**
 * Traces on disk. Lines are appended to a plain file beside the compressed one and folded into it at the end, or before the next recording:
 * a recorder that was killed leaves whole pairs only, and at most the last line is lost.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { built } from '../../lib/onpar.mjs';

/** Microseconds with four digits: finer than any clock's truth here, and small when compressed. @param {number} seconds */
const brief = (seconds) => Number((seconds * 1e6).toPrecision(4));

/**
 * One line; what is not of the format (wall seconds, epoch seconds) is ignored by who reads it.
 * @param {{ pair: number, blocks: readonly any[] }} pair seconds inside @param {object} more
 */
export const pairLine = ({ pair, blocks }, more = {}) =>
  JSON.stringify({
    pair,
    unit: 'us',
    ...more,
    blocks: blocks.map(({ order, visits, reference }) => ({
      order,
      visits: visits.map((calls) => calls.map(brief)),
      ...(reference.length > 0 && { reference: reference.map(brief) }),
    })),
  });

const openOf = (path) => path.replace(/(\.gz)?$/, '.open');

/** @param {string} path @param {string} line */
export function append(path, line) {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(openOf(path), `${line}\n`);
}

/** Takes the appended lines into the trace, in one step. A line that a killed recorder left half written is dropped, a pair that is there already as well. */
export function fold(path) {
  if (!existsSync(openOf(path))) return;
  const lines = existsSync(path) ? linesOf(path) : [];
  const seen = new Set(lines.map(pairOf));
  const fresh = readFileSync(openOf(path), 'utf8')
    .split('\n')
    // After the last line end there is nothing, or a torn line.
    .slice(0, -1)
    .filter((line) => !seen.has(pairOf(line)));
  writeFileSync(`${path}.new`, gzipSync(`${[...lines, ...fresh].join('\n')}\n`, { level: 9 }));
  renameSync(`${path}.new`, path);
  rmSync(openOf(path));
}

/** The header counts as one of them. */
const pairOf = (line) => JSON.parse(line).pair;

/** @param {string} path */
const linesOf = (path) => textOf(path).split('\n').filter(Boolean);

/** Throws where the file is torn: zlib checks length and sum. */
function textOf(path) {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Header and number of pairs, without judging them. @param {string} path */
export function summary(path) {
  if (!existsSync(path)) return null;
  const [first, ...rest] = linesOf(path);
  return { header: JSON.parse(first), next: rest.reduce((most, line) => Math.max(most, pairOf(line) + 1), 0) };
}

/**
 * As the product reads it. Throws BadInput for whatever is torn, foreign or damaged; a trace that is not whole is never judged in part.
 * @param {string} path
 */
export async function readBankTrace(path) {
  const [{ parseTrace }, { BadInput }] = await Promise.all(['trace/read.js', 'schema/bad-input.js'].map(built));
  let text;
  try {
    text = textOf(path);
  } catch (error) {
    const fix = 'Restore the file: git checkout brings the committed one back.';
    throw new BadInput({ what: `cannot be decompressed (${error.message})`, where: path, fix }, { cause: error });
  }
  const lines = text.split('\n');
  const { header, pairs } = parseTrace(lines, path);
  const more = lines
    .slice(1)
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { header, pairs, walls: more.map(({ wall }) => wall ?? null), ats: more.map(({ at }) => at ?? null) };
}
