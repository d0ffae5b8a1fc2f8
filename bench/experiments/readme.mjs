/** The table of an experiment that README shows: one line a model, one column a system, time and size. Pure but for what it is given. */
import { table as markdown } from '../gate/certify/format.mjs';
import { cellsOf } from './cells.mjs';
import { shown } from './page-ours.mjs';

const marks = { begin: '<!-- written by npm run experiments -- D -->', end: '<!-- until here -->' };

/** @param {string} readme @param {{ table: object, ours: object, where: string }} facts where: machine and day */
export function withTable(readme, facts) {
  const [begin, end] = [readme.indexOf(marks.begin), readme.indexOf(marks.end)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no place for the table: ${marks.begin} … ${marks.end}`);
  return `${readme.slice(0, begin + marks.begin.length)}\n\n${facts.where}:\n\n${shortTable(facts)}\n\n${readme.slice(end)}`;
}

/** Systems that were measured for no model at all, such as those of hardware that is not here, have no column. */
function shortTable({ table, ours }) {
  const cells = cellsOf(ours).filter(
    ({ quantity, conditions: { phase } }) => quantity === 'size' || (quantity === 'time' && phase === 'steady'),
  );
  const systems = ours.systems.filter(({ id }) => cells.some(({ system }) => system === id));
  const rows = table.models.map(({ id: model }) => [
    `\`${table.here.models[model]}\``,
    ...systems.map(({ id }) => textOf(cells.filter((cell) => cell.model === model && cell.system === id))),
  ]);
  return markdown(['', ...systems.map(({ artifact, backend }) => `\`${artifact}\` on \`${backend}\``)], rows);
}

const textOf = (cells) =>
  ['time', 'size']
    .flatMap((quantity) => cells.find((cell) => cell.quantity === quantity) ?? [])
    .map(({ value, unit, text }) => (value === null ? text : shown(value, unit)))
    .join(', ') || '–';
