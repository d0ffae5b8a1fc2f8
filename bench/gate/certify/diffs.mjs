/** How long `onpar diff` of two releases took, one line a model in <folder>/<fingerprint>.jsonl: written by bench/gate/diff.mjs. */
import { median } from '../../lib/figures.mjs';
import { machinesIn } from './lines.mjs';

/** The two that classify images; tiny-text stands in a row of its own. */
export const both = ['simplecnn', 'fashion-cnn'];

/** What a line says of a diff. @param {any} diff as `onpar diff --json` prints it */
export function countsOf({ columns, cases, seconds, onpar, base }) {
  const differing = cases.filter(({ differs }) => differs.length > 0);
  const shown = (column) =>
    differing.filter((each) => !['none', 'undecided'].includes(each[column]?.move ?? 'none')).length;
  return {
    onpar,
    base,
    seconds,
    cases: differing.length,
    shown: Object.fromEntries(columns.map((column) => [column, shown(column)])),
  };
}

/** By machine and pair of releases. @param {string} folder */
export const readDiffs = (folder) =>
  machinesIn(folder).flatMap(({ machine, lines }) =>
    [...new Set(lines.map(({ base, ours }) => `${base} -> ${ours}`))].map((releases) => {
      const own = lines.filter(({ base, ours }) => `${base} -> ${ours}` === releases);
      const models = [...new Set(own.map(({ model }) => model))].map((model) =>
        modelRow(own.filter((line) => line.model === model)),
      );
      return { machine, releases, models };
    }),
  );

/** The latest run says what is shown, all of them how long it takes. */
function modelRow(lines) {
  const { model, cases, shown } = lines.at(-1);
  return { model, cases, shown, runs: lines.length, seconds: median(lines.map(({ seconds }) => seconds)) };
}
