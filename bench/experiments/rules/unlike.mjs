/** What stands side by side is compared: CPU beside GPU, one batch size beside another, load beside steady, seconds beside milliseconds. */
import { differences, groupsOf, notSaid, numbersOf, pairsOf } from '../cells.mjs';
import { doubt, printed } from './rule.mjs';

const run = ['device', 'threads', 'batch'];
/** What must be equal for two figures of a quantity to say something of their systems. */
const compared = {
  accuracy: ['images'],
  flips: ['images'],
  size: [],
  time: [...run, 'statistic', 'phase'],
  throughput: [...run, 'statistic', 'phase'],
  memory: run,
};
const weighed = ['size', 'time', 'throughput', 'memory'];

export const rule = {
  id: 'unlike with like',
  about: 'figures side by side that differ in device, threads, batch, dtype, statistic, phase, images or unit',
  find(table) {
    const cells = numbersOf(table, ...Object.keys(compared));
    const rows = groupsOf(cells, ({ model, row }) => `${model}\0${row}`);
    const found = rows.flatMap((row) =>
      [...new Set([...conditionsOf(row), ...dtypes(row)])].map((name) => ({ name, row })),
    );
    return [...groupsOf(found, alike).map(told), ...units(cells)];
  },
};

/** A column that is unlike its neighbour is so for each model: told once. */
const alike = ({ name, row }) => [name, row[0].row, ...row.map((cell) => said(cell, name))].join('\0');

/** Conditions that differ within a row. */
const conditionsOf = (row) =>
  compared[row[0].quantity].filter(
    (name) => new Set(row.map((cell) => cell.conditions[name]).filter((value) => value !== notSaid)).size > 1,
  );

/** The dtype may differ where it is the question: where a quantized system stands beside its parent. */
const dtypes = (row) =>
  weighed.includes(row[0].quantity) &&
  pairsOf(row).some((pair) => differences(...pair, ['dtype']).length > 0 && !pair.some((cell) => hasParent(row, cell)))
    ? ['dtype']
    : [];

const hasParent = (row, { parent }) => parent !== null && row.some(({ system }) => system === parent);

const said = ({ systemName, conditions }, name) => `${systemName} ${conditions[name]}`;

const told = (same) => {
  const [{ name, row }] = same;
  return doubt(
    same.flatMap((each) => each.row),
    `${same.map((each) => each.row[0].model).join(', ')}: ${row[0].row} side by side, and the ${name} differ${/(ds|es)$/.test(name) ? '' : 's'} (${row.map((cell) => said(cell, name)).join(', ')}): that does not compare systems.`,
    `one ${name} for the row, or a row for each`,
  );
};

/** Seconds in one place and milliseconds in another, of one model's times: a factor of a thousand waits to be overlooked. */
const units = (cells) =>
  groupsOf(
    cells.filter(({ quantity }) => quantity === 'time'),
    ({ model }) => model,
  )
    .map((times) => groupsOf(times, ({ unit }) => unit).map(([first]) => first))
    .filter((firsts) => firsts.length > 1)
    .map((firsts) =>
      doubt(
        firsts,
        `${firsts[0].model}: times in ${firsts.map(({ unit }) => unit).join(' and in ')} (${firsts.map((cell) => `${cell.systemName} ${printed(cell)}`).join(', ')}).`,
        'one unit for the table',
      ),
    );
