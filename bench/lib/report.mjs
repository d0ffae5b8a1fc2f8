/** What every benchmark prints: the machine, one line per figure with its target, and what could not be measured. */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './figures.mjs';

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} against the peer, or the limit's name
 * @property {number} value decides
 * @property {number | null} target greatest value that meets it; null: shown for comparison, not judged
 * @property {'x' | 's' | 'B' | '%'} unit
 * @property {string} [spread] least of the pairs and ratio of the minima
 * @property {string} [detail] absolute figures of both arms
 *
 * @typedef {object} Missing
 * @property {string} what
 * @property {string} bring the command that makes it measurable
 *
 * @typedef {{ pairs: number, withPolygraphy: boolean }} Options
 */

/**
 * A missed target does not fail: a benchmark is no test. Only a benchmark that cannot measure ends non-zero.
 * @param {string} title
 * @param {number} pairs default number of pairs
 * @param {(options: Options, log: (line: string) => void) => Promise<{ rows: Row[], missing?: Missing[] }>} measure
 */
export async function benchmark(title, pairs, measure) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, pairs: { type: 'string' }, 'with-polygraphy': { type: 'boolean' } },
  });
  const options = {
    pairs: Number(values.pairs ?? pairs),
    withPolygraphy: values['with-polygraphy'] ?? false,
  };
  if (!Number.isInteger(options.pairs) || options.pairs < 1)
    throw new Error(`--pairs ${values.pairs}: a whole number from 1 up`);
  if (!values.json) console.log(`${title}\n${machineLine()}\n`);
  const { rows, missing = [] } = await measure(options, progress);
  const judged = rows.map((row) => ({ ...row, verdict: verdictOf(row) }));
  console.log(
    values.json ? JSON.stringify({ title, machine: machine(), rows: judged, missing }) : render(judged, missing),
  );
}

/** On stderr: stdout carries the figures. */
const progress = (line) => process.stderr.write(`  ${line}\n`);

/** @param {Row} row; NaN is a miss */
const verdictOf = ({ value, target }) => (target === null ? 'shown' : value <= target ? 'met' : 'missed');

/** @param {(Row & { verdict: string })[]} rows @param {Missing[]} missing */
export function render(rows, missing) {
  const cells = rows.map((row) => [
    row.verdict,
    row.what,
    `${show(row.value, row.unit)} ${row.target === null ? '(no target)' : `(target <= ${show(row.target, row.unit)})`}`,
    row.spread ?? '',
    `against ${row.against}`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((cell) => cell[column].length)));
  const lines = rows.flatMap((row, index) => [
    cells[index].map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '),
    ...(row.detail ? [`        ${row.detail}`] : []),
  ]);
  return [...lines, ...missing.map(({ what, bring }) => `absent  ${what}\n        bring it: ${bring}`)].join('\n');
}

export const machine = () => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

export function machineLine({ cpu, cores, node, platform } = machine()) {
  return `${cpu}, ${cores} core${cores === 1 ? '' : 's'}, Node ${node}, ${platform}`;
}

/** @param {number} value @param {Row['unit']} unit */
export function show(value, unit) {
  switch (unit) {
    case 'x':
      return `${value.toFixed(2)}x`;
    case '%':
      return `${(value * 100).toFixed(1)} %`;
    case 'B':
      return `${(value / 1e6).toFixed(0)} MB`;
    case 's':
    default:
      return seconds(value);
  }
}

export function seconds(value) {
  if (Math.abs(value) < 1e-3) return `${(value * 1e6).toFixed(2)} us`;
  return Math.abs(value) < 10 ? `${(value * 1e3).toFixed(value < 0.01 ? 2 : 0)} ms` : `${value.toFixed(1)} s`;
}

/** `relation` is that of the pairs; the row's value is its median. */
export function pairedRow(what, against, { relation, unit, target, ours, theirs }) {
  return {
    what,
    against,
    value: relation.median,
    target,
    unit,
    spread: `least ${show(relation.least, unit)}, of the minima ${show(relation.ofMinima, unit)}, ${relation.pairs} pairs`,
    detail: `onpar ${arm(ours)}; ${against} ${arm(theirs)}`,
  };
}

const arm = (values) => `median ${seconds(median(values))}, least ${seconds(Math.min(...values))}`;
