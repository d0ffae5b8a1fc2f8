/** The committed traces: <folder>/<fingerprint>/<class>.<work>[-unpinned][-hog][-variant][-suite-case].jsonl.gz. A torn or misplaced one stops everything: figures without it would be others. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../../lib/onpar.mjs';
import { classes } from '../record/classes.mjs';
import { pathOf } from '../record/schedule.mjs';
import { fold, readBankTrace } from '../trace/file.mjs';
import { lookedAt } from './ours.mjs';

/**
 * @typedef {object} Entry
 * @property {string} machine fingerprint
 * @property {string} class
 * @property {string} work
 * @property {string} condition such as `pinned`
 * @property {string} [suite] the case, where whole suites left the trace
 * @property {readonly number[]} [runs] of such a trace: how many pairs each run took until its rule had enough, a verdict each. Other rules would have taken others.
 * @property {readonly any[]} pairs
 * @property {readonly (number | null)[]} walls wall seconds of each pair
 * @property {any} channels
 */

/** In the order of machines, classes and works. @param {string} folder @returns {Promise<readonly Entry[]>} */
export async function readBank(folder) {
  // What a killed recorder left is complete but for its last line.
  for (const path of filesIn(folder, '.jsonl.open')) fold(path.replace(/open$/, 'gz'));
  const entries = [];
  for (const path of filesIn(folder, '.jsonl.gz')) entries.push(await readEntry(folder, path));
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

const filesIn = (folder, ending) =>
  (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
    .filter((path) => path.endsWith(ending))
    .toSorted();

/** Classes in their own order, the usual condition first. */
const rank = (entry) => Object.keys(classes).indexOf(entry.class) + (entry.condition === 'pinned' ? 0 : 0.5);

async function readEntry(folder, path) {
  const { header, pairs, walls, ats } = await readBankTrace(path);
  if (pathOf(folder, header.fingerprint, header) !== path) {
    const { BadInput } = await built('schema/bad-input.js');
    throw new BadInput({
      what: `its header says ${header.fingerprint}, ${header.class}, ${header.work}`,
      where: path,
      fix: 'Put it where its header says, or record it again.',
    });
  }
  const parts = [header.pinned ? 'pinned' : 'unpinned', header.hog && 'busy neighbour', header.variant];
  const condition = parts.filter(Boolean).join(', ');
  const { fingerprint: machine, class: name, work, suite } = header;
  const runs = suite === undefined ? undefined : lengthsOf(ats);
  return { machine, class: name, work, condition, suite, runs, walls, ...lookedAt(pairs) };
}

/** Of stretches of equal values. */
function lengthsOf(values) {
  const ends = values.flatMap((value, at) => (value === values[at + 1] ? [] : [at + 1]));
  return ends.map((end, index) => end - (ends[index - 1] ?? 0));
}
