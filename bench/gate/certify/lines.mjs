/** Files of JSON lines, one a machine: <folder>/<fingerprint>.jsonl. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ending = '.jsonl';

/** In the order of fingerprints; none where there is no folder. @param {string} folder @returns {readonly { machine: string, lines: readonly any[] }[]} */
export const machinesIn = (folder) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => ({ machine: basename(name, ending), lines: linesOf(join(folder, name)) }));

/** @param {string} path */
export const linesOf = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** @param {string} folder @param {string} machine @param {object} line */
export function addLine(folder, machine, line) {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, `${machine}${ending}`), `${JSON.stringify(line)}\n`);
}
