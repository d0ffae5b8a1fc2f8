/**
 * Puts a base commit beside the working tree, below .onpar/base/, and makes it runnable: packages are installed only where its
 * lockfile differs, otherwise those of the working tree are found by walking up. A marker says that it is complete; half of one is made anew.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { git } from './git.ts';

/** Checkouts that are kept: a branch, the main branch, the last release. */
const kept = 3;

/** How each lockfile's own tool installs exactly what it says. */
const installers: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['npm', 'ci', '--no-audit', '--no-fund'],
  'npm-shrinkwrap.json': ['npm', 'ci', '--no-audit', '--no-fund'],
  'pnpm-lock.yaml': ['pnpm', 'install', '--frozen-lockfile'],
  'yarn.lock': ['yarn', 'install', '--immutable'],
};

export interface CheckoutOptions {
  /** Told what takes long. */
  readonly tell: (line: string) => void;
  /** Command that makes what is not committed, such as an export; undefined where nothing has to be made. */
  readonly build: string | undefined;
}

/** The folder of the commit. Throws BadInput where it cannot be checked out, installed or built. */
export function checkOut(root: string, sha: string, { tell, build }: CheckoutOptions): string {
  const folder = join(root, '.onpar', 'base', sha.slice(0, 12));
  const marker = `${folder}.json`;
  const made = JSON.stringify({ sha, build: build ?? null });
  if (existsSync(marker) && existsSync(folder) && readFileSync(marker, 'utf8') === made) return folder;
  discard(root, folder);
  mkdirSync(join(folder, '..'), { recursive: true });
  writeFileSync(join(root, '.onpar', '.gitignore'), '*\n');
  if (git(root, 'worktree', 'add', '--quiet', '--detach', '--force', folder, sha) === null)
    throw unusable(sha, 'cannot be checked out', `look at: git worktree add --detach ${folder} ${sha}`);
  install(root, folder, sha, tell);
  if (build !== undefined)
    run(['sh', '-c', build], { folder, sha, tell, failure: 'does not build (ONPAR_BASE_BUILD)' });
  writeFileSync(marker, made);
  forgetOldest(root);
  return folder;
}

function install(root: string, folder: string, sha: string, tell: CheckoutOptions['tell']): void {
  const lockfile = Object.keys(installers).find((name) => existsSync(join(folder, name)));
  if (lockfile === undefined || sameFile(join(root, lockfile), join(folder, lockfile))) return;
  run(installers[lockfile] ?? [], { folder, sha, tell, failure: 'does not install' });
}

const sameFile = (ours: string, theirs: string): boolean =>
  existsSync(ours) && readFileSync(ours).equals(readFileSync(theirs));

interface Step {
  readonly folder: string;
  readonly sha: string;
  readonly tell: CheckoutOptions['tell'];
  /** What is said where it fails. */
  readonly failure: string;
}

function run([command = '', ...args]: readonly string[], { folder, sha, tell, failure }: Step): void {
  const line = [command, ...args].join(' ');
  tell(`base ${sha.slice(0, 7)}: ${line} …`);
  try {
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const last = (stderr ?? message).trim().split('\n').slice(-5).join('\n  ');
    throw unusable(
      sha,
      `${failure}:\n  ${last}`,
      `look at it: cd ${folder} && ${line}; or name another base: ONPAR_BASE`,
    );
  }
}

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

const unusable = (sha: string, what: string, fix: string): BadInput =>
  new BadInput({ what, where: `base ${sha.slice(0, 12)}`, fix });
