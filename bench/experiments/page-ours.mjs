/** Our table on the page: a line for each system, load, first and steady in columns of their own. Pure. */
import { built } from '../lib/onpar.mjs';
import { table as markdown } from '../gate/certify/format.mjs';
import { proportionBounds } from '../gate/statistics/beta.mjs';
import { cellsOf, intervalOf } from './cells.mjs';

const { count, mark, percent, size, time, significant } = await built('report/format.js');

/** A figure for people. @param {number} value @param {string} unit of our table */
export function shown(value, unit, interval = null) {
  if (unit === 's') return time(value, interval);
  if (unit === 'B') return size(value);
  return unit === 'inputs/s' && value >= 10 ? count(Math.round(value)) : significant(value);
}

/** @param {{ table: object, ours: object }} facts */
export function ourTable({ table, ours }) {
  const cells = cellsOf(ours);
  const batches = [
    ...new Set(cells.flatMap(({ conditions: { batch } }) => (Number(batch) > 0 ? [Number(batch)] : []))),
  ].toSorted((a, b) => a - b);
  const largest = batches.at(-1);
  const head = ['system', 'parity', 'accuracy', 'flips', 'size', 'load', 'first']
    .concat(batches.map((batch) => `steady, batch ${batch}`))
    .concat(largest === undefined ? [] : [`inputs/s, batch ${largest}`], ['peak memory']);
  const lines = table.models.flatMap(({ id: model }) =>
    ours.systems.map((system) => line({ table, ours, cells, batches }, model, system)),
  );
  const rows = lines.map((cellsOfLine) => [...cellsOfLine, ...Array(head.length - cellsOfLine.length).fill('–')]);
  return `${markdown(head, rows)}\n\nOne thread${batches.length === 0 ? '' : ', on one core where a latency is taken'}. Load, first and steady are three quantities: opening the session, its first call, a later call. Times: median of fresh processes and half of their range. Flips: answers that differ from the float64 reference's; ≤: of all images like these, with 95 % certainty (Clopper and Pearson).`;
}

function line({ table, ours, cells, batches }, model, { id, name, artifact, backend }) {
  const title = `${table.models.length > 1 ? `${model}, ` : ''}${name} (\`${artifact}\` on \`${backend}\`)`;
  const gone = ours.absent.find((each) => each.model === model && each.system === id);
  if (gone !== undefined) return [title, `not measured: ${gone.reason}`];
  const parity = ours.parity.find((each) => each.model === model && each.system === id);
  if (parity === undefined) return [title, 'not measured'];
  const own = cells.filter((cell) => cell.model === model && cell.system === id);
  const get = (quantity, when = {}) =>
    own.find(
      (cell) =>
        cell.quantity === quantity && Object.entries(when).every(([key, value]) => cell.conditions[key] === value),
    );
  const text = (cell) =>
    cell === undefined ? '–' : cell.value === null ? cell.text : shown(cell.value, cell.unit, intervalOf(ours, cell));
  const images = get('accuracy')?.conditions.images;
  const { glyph, word } = mark(parity.verdict);
  return [
    title,
    `${glyph} ${word}${parity.maxAbs === null ? '' : `, ${significant(parity.maxAbs, 2)}`}`,
    images === undefined ? '–' : percent(get('accuracy').value / 100, 2),
    images === undefined ? '–' : flipsOf(get('flips').value, Number(images)),
    text(get('size')),
    text(get('time', { phase: 'load' })),
    text(get('time', { phase: 'first' })),
    ...batches.map((batch) => text(get('time', { phase: 'steady', batch: String(batch) }))),
    text(get('throughput', { batch: String(batches.at(-1)) })),
    text(get('memory')),
  ];
}

/** Rounded up: it is a bound. */
const flipsOf = (flips, images) =>
  `${count(flips)} of ${count(images)} (≤ ${percent(Math.ceil(proportionBounds(flips, images).high * 1e4) / 1e4, 2)})`;
