/**
 * Folders below .onpar/base/: another version beside the working tree, whose packages are found by walking up. Each is made once; a
 * marker says that it is complete, half of one is made anew, and only the last few are kept.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { git, outsideHooks } from './git.ts';

/** A branch, the main branch, the last release. */
const kept = 3;

/** `from`: everything that the folder is made of; another one is another folder. */
export function madeOnce(root: string, name: string, from: object, make: (folder: string) => void): string {
  const folder = join(root, '.onpar', 'base', name);
  const marker = `${folder}.json`;
  const made = JSON.stringify(from);
  if (existsSync(marker) && existsSync(folder) && readFileSync(marker, 'utf8') === made) return folder;
  discard(root, folder);
  mkdirSync(dirname(folder), { recursive: true });
  writeFileSync(join(root, '.onpar', '.gitignore'), '*\n');
  make(folder);
  writeFileSync(marker, made);
  forgetOldest(root);
  return folder;
}

interface Step {
  readonly folder: string;
  /** Names the version. */
  readonly base: string;
  /** Told what takes long. */
  readonly tell: (line: string) => void;
  /** What is said where it fails. */
  readonly failure: string;
}

/** Runs a command in the folder. Throws BadInput with the last lines that it wrote. */
export function run([command = '', ...args]: readonly string[], { folder, base, tell, failure }: Step): void {
  const line = [command, ...args].join(' ');
  tell(`base ${base}: ${line} …`);
  try {
    const options = { cwd: folder, encoding: 'utf8', env: outsideHooks() } as const;
    execFileSync(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const last = (stderr || message).trim().split('\n').slice(-5).join('\n  ');
    const fix = `look at it: cd ${folder} && ${line}; or name another base: --base, ONPAR_BASE`;
    throw unusable(base, `${failure}:\n  ${last}`, fix);
  }
}

export const unusable = (base: string, what: string, fix: string): BadInput =>
  new BadInput({ what, where: `base ${base}`, fix });

/** A worktree that git no longer knows is a plain folder. */
function discard(root: string, folder: string): void {
  git(root, 'worktree', 'remove', '--force', '--force', folder);
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${folder}.json`, { force: true });
  git(root, 'worktree', 'prune');
}

function forgetOldest(root: string): void {
  const home = join(root, '.onpar', 'base');
  const markers = readdirSync(home)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ folder: join(home, name.slice(0, -'.json'.length)), made: statSync(join(home, name)).mtimeMs }))
    .toSorted((a, b) => b.made - a.made);
  for (const { folder } of markers.slice(kept)) discard(root, folder);
}
