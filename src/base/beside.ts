/**
 * Folders below .onpar/base/: another version beside the working tree, whose packages are found by walking up. Each is made once; a
 * marker says that it is complete, half of one is made anew, and only the last few that were used are kept.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { git } from './git.ts';
import { locked } from './locked.ts';
import { spawned } from './spawned.ts';

/** A branch, the main branch, the last release, one more. */
const kept = 4;

/** What a folder is made of; another `from` is another folder. */
export interface Making {
  readonly name: string;
  readonly from: object;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
}

/** Two runs that need the same folder make it once: the second one waits. Rejects with BadInput where .onpar cannot be written. */
export async function madeOnce(root: string, making: Making, make: (folder: string) => Promise<void>): Promise<string> {
  try {
    return await madeBy(root, making, make);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined
      ? error
      : unwritable(join(root, '.onpar'), error as Error);
  }
}

/** Of what a run keeps below .onpar. */
export const unwritable = (where: string, cause: Error): BadInput =>
  new BadInput(
    {
      what: `cannot be written (${cause.message})`,
      where,
      fix: 'make it writable, or go without a base: ONPAR_BASE=none',
    },
    { cause },
  );

async function madeBy(
  root: string,
  { name, from, tell }: Making,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(root, '.onpar', 'base', name);
  const marker = `${folder}.json`;
  const made = JSON.stringify(from);
  const isMade = (): boolean => {
    if (!existsSync(marker) || !existsSync(folder) || readFileSync(marker, 'utf8') !== made) return false;
    utimesSync(marker, new Date(), new Date());
    return true;
  };
  if (isMade()) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  writeFileSync(join(root, '.onpar', '.gitignore'), '*\n');
  await locked(join(root, '.onpar', 'base.lock'), tell, async () => {
    if (isMade()) return;
    await discard(root, folder);
    await make(folder);
    writeFileSync(marker, made);
    await forgetOldest(root);
  });
  return folder;
}

interface Step {
  readonly folder: string;
  /** Names the version. */
  readonly base: string;
  readonly tell: (line: string) => void;
  /** What is said where it fails. */
  readonly failure: string;
}

/** Runs a line of the shell in the folder. Rejects with BadInput and the last lines that it wrote. */
export async function run(line: string, { folder, base, tell, failure }: Step): Promise<void> {
  tell(`base ${base}: ${line} …`);
  const { ok, wrote } = await spawned(line, folder);
  if (ok) return;
  const last = wrote.split('\n').slice(-5).join('\n  ');
  const fix = `look at it: cd ${folder} && ${line}; or name another base: --base, ONPAR_BASE, ONPAR_ANCHOR`;
  throw unusable(base, `${failure}:\n  ${last}`, fix);
}

export const unusable = (base: string, what: string, fix: string): BadInput =>
  new BadInput({ what, where: `base ${base}`, fix });

/** The marker goes first: half of a folder must not read as complete. A worktree that git no longer knows is a plain folder. */
async function discard(root: string, folder: string): Promise<void> {
  await rm(`${folder}.json`, { force: true });
  await spawned(['git', 'worktree', 'remove', '--force', '--force', folder], root);
  await rm(folder, { recursive: true, force: true });
  git(root, 'worktree', 'prune');
}

/** By their last use: the last release is asked for again and again, and made once. */
async function forgetOldest(root: string): Promise<void> {
  const home = join(root, '.onpar', 'base');
  const markers = readdirSync(home)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ folder: join(home, name.slice(0, -'.json'.length)), used: statSync(join(home, name)).mtimeMs }))
    .toSorted((a, b) => b.used - a.used);
  for (const { folder } of markers.slice(kept)) await discard(root, folder);
}
