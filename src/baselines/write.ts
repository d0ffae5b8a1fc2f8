/**
 * Puts planned files on disk so that no moment shows half of one: temporary file in the same folder, fsync, rename; all are prepared before the first is renamed.
 * Refuses to follow links out of the root, and to overwrite what changed since it was read.
 */
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { basename, dirname, join, resolve, sep } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import type { BlessPlan } from './bless.ts';
import type { PlannedFile } from './changes.ts';

/** Writes a plan; paths of the files that changed, relative to the root. Throws BadInput, and then every file is whole, as a rule the old one. */
export const writeBaselines = (plan: Pick<BlessPlan, 'root' | 'files'>): readonly string[] => {
  const { files } = plan;
  const root = resolve(plan.root);
  for (const file of files) refuseOutside(root, file.path);
  for (const folder of new Set(files.map(({ path }) => dirname(join(root, path))))) sweep(folder);
  for (const file of files) refuseStale(root, file);
  const prepared = prepareAll(root, files);
  for (const { temporary, path } of prepared) commit(temporary, path);
  for (const folder of new Set(prepared.map(({ path }) => dirname(path)))) syncFolder(folder);
  return files.map(({ path }) => path);
};

interface Prepared {
  readonly path: string;
  /** null: the file is to be removed. */
  readonly temporary: string | null;
}

const prepareAll = (root: string, files: readonly PlannedFile[]): readonly Prepared[] => {
  const prepared: Prepared[] = [];
  try {
    for (const { path, text } of files) {
      const temporary = text === null ? null : temporaryOf(join(root, path));
      prepared.push({ path: join(root, path), temporary });
      if (temporary !== null && text !== null) writeDurably(temporary, text);
    }
  } catch (error) {
    for (const { temporary } of prepared) if (temporary !== null) discard(temporary);
    throw unwritable(error, join(root, 'baselines'));
  }
  return prepared;
};

const discard = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {
    // It was never made: a file stands where its folder should.
  }
};

const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);

const writeDurably = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const commit = (temporary: string | null, path: string): void => {
  try {
    if (temporary === null) rmSync(path, { force: true });
    else renameSync(temporary, path);
  } catch (error) {
    throw unwritable(error, path);
  }
};

/** So that the renames themselves survive a power cut. Not every system can open a folder. */
const syncFolder = (folder: string): void => {
  try {
    const handle = openSync(folder, 'r');
    fsyncSync(handle);
    closeSync(handle);
  } catch {
    // The files are whole either way.
  }
};

/** Removes what killed predecessors left; a living process keeps its own. */
const sweep = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = /^\..*\.json\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))
      rmSync(join(folder, name), { force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The file, or the nearest folder above it that exists, must really lie under the root. */
const refuseOutside = (root: string, path: string): void => {
  const real = realpathSync(root);
  let probe = join(root, path);
  while (probe !== root && !isThere(probe)) probe = dirname(probe);
  const resolved = existsSync(probe) ? realpathSync(probe) : null;
  if (resolved !== null && (resolved === real || resolved.startsWith(real + sep))) return;
  throw new BadInput({
    what: `is a link out of ${root}`,
    where: probe,
    fix: 'Replace the link by a folder or file of this repository.',
  });
};

/** A link counts, wherever it leads; a path through a file is not there. */
const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
};

const refuseStale = (root: string, { path, before }: PlannedFile): void => {
  if (before === 'any') return;
  const now = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
  if (now === before.text) return;
  throw new BadInput({
    what: 'changed while this run measured',
    where: join(root, path),
    fix: 'Run bless again.',
  });
};

const unwritable = (error: unknown, where: string): BadInput => {
  const { message } = error as Error;
  return new BadInput(
    {
      what: `cannot be written (${message})`,
      where,
      fix: 'Make room or allow writing there, then bless again; no file is damaged.',
    },
    { cause: error },
  );
};
