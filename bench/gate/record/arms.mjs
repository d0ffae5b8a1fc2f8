/** The two arms of a recording: the product's own workers, or the same with work added to B. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built, root } from '../../lib/onpar.mjs';
import { caseOf } from './classes.mjs';

const here = (name) => new URL(name, import.meta.url);

/**
 * What B does more in a call, calibrated on this machine; null for nothing.
 * @param {string} name of the class @param {import('./classes.mjs').Added | null} added @param {number | null} core
 */
export function calibrated(name, added, core) {
  if (added === null) return null;
  if (added.when === 'one in twenty') return { elements: -1, when: added.when };
  const pin = core === null ? [] : ['taskset', '--cpu-list', `${core}`];
  const [file, ...rest] = [...pin, process.execPath, fileURLToPath(here('calibrate.mjs')), name, `${added.share}`];
  return { ...JSON.parse(execFileSync(file, rest, { encoding: 'utf8' })), when: added.when };
}

/** The core that the product would measure on, or another one; null unpinned. @param {boolean} pinned @param {number | undefined} other */
export async function coreFor(pinned, other) {
  if (!pinned) return null;
  if (other !== undefined) return other;
  const core = (await built('workers/launch.js')).pinnableCore();
  if (core === null) throw new Error('this platform cannot pin a process to a core: record with --unpinned');
  return core;
}

/**
 * @param {string} name of the class
 * @param {import('./extra-work.mjs').Extra | null} extra
 * @param {number | null} core
 */
export async function armsOf(name, extra, core) {
  const { title, backend, path, feeds } = await caseOf(name);
  const options = { root, threads: 1, core, deadline: 120 };
  const folders = extra === null ? [] : [{ ...extra, elements: 0 }, extra].map((one) => backendFolder(backend, one));
  const [base, ours] = [0, 1].map((index) => ({
    backend,
    path,
    feeds,
    options: { ...options, ...(folders.length > 0 && { backends: folders[index] }) },
  }));
  return {
    title,
    arms: { base, ours },
    clear: () => folders.forEach((folder) => rmSync(folder, { recursive: true })),
  };
}

/** A folder with one backend file, as another version of onpar would have it. */
function backendFolder({ id }, extra) {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-backends-'));
  const file = `${id.replaceAll('/', '-')}.js`;
  const original = new URL(`../../../dist/backends/${file}`, import.meta.url).href;
  writeFileSync(
    join(folder, file),
    `import { backend as original } from ${JSON.stringify(original)};
import { withExtra } from ${JSON.stringify(here('extra-work.mjs').href)};
export const backend = withExtra(original, ${JSON.stringify(extra)});
`,
  );
  // Without it Node would have to guess that the file is a module.
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}
