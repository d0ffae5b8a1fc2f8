/** One system measured twice has one value, and two systems one ratio: where a table has two, something unsaid changed in between. */
import { baseValue, conditions, differences, groupsOf, numbersOf, pairsOf } from '../cells.mjs';
import { doubt, printed, times } from './rule.mjs';

/** Times of two sessions drift; a factor of one and a half is no drift. */
const most = 1.5;

export const rule = {
  id: 'two values',
  about: 'one system with two values, or two systems with two gains, and nothing said that changed',
  find(table) {
    const cells = numbersOf(table, 'time');
    return [...values(cells), ...ratios(cells)];
  },
};

const values = (cells) =>
  groupsOf(cells, ({ model, system }) => `${model}\0${system}`).flatMap((same) =>
    pairsOf(same)
      .filter(([a, b]) => conditions.every((name) => a.conditions[name] === b.conditions[name]))
      .filter(([a, b]) => apart(baseValue(a), baseValue(b)))
      .map(([a, b]) =>
        doubt(
          [a, b],
          `${a.model}: ${a.systemName} takes ${printed(a)} (${a.row}) and ${printed(b)} (${b.row}), ${times(Math.max(baseValue(a) / baseValue(b), baseValue(b) / baseValue(a)))} apart, and nothing is said to have changed.`,
          'what differed: input, batch, threads, machine or session',
        ),
      ),
  );

const apart = (a, b) => Math.max(a / b, b / a) > most;

/** Only rows that differ in nothing but the statistic: a gain at another batch, or of loading, is another gain. */
function ratios(cells) {
  const rows = groupsOf(cells, ({ model, row }) => `${model}\0${row}`);
  return pairsOf(rows).flatMap(([one, other]) =>
    pairsOf(one.filter((cell) => other.some((each) => isSame(cell, each)))).flatMap(([a, b]) => {
      const [c, d] = [a, b].map((cell) => other.find((each) => isSame(cell, each)));
      const [first, second] = [baseValue(a) / baseValue(b), baseValue(c) / baseValue(d)];
      if (!apart(first, second)) return [];
      return doubt(
        [a, b, c, d],
        `${a.model}: ${b.systemName} is ${times(first)} as fast as ${a.systemName} by ${a.row}, and ${times(second)} by ${c.row}: both cannot describe the same calls.`,
        'the samples behind both rows',
      );
    }),
  );
}

const isSame = (a, b) =>
  a.model === b.model &&
  a.system === b.system &&
  differences(
    a,
    b,
    conditions.filter((name) => name !== 'statistic'),
  ).length === 0;
