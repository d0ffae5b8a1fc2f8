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

type Tell = (line: string) => void;

export interface CheckoutOptions {
  /** Told what takes long. */
  readonly tell: Tell;
  /** Command that makes what is not committed, such as an export; undefined where nothing has to be made. */
  readonly build: string | undefined;
}

/** The folder of the commit. Throws BadInput where it cannot be checked out, installed or built. */
export function checkOut(root: string, sha: string, { tell, build }: CheckoutOptions): string {
  const folder = join(root, '.onpar', 'base', sha.slice(0, 12));
  // A project may lie below the top of its repository.
  const project = join(folder, git(root, 'rev-parse', '--show-prefix') ?? '');
  const marker = `${folder}.json`;
  // The lockfile of the working tree may move on while this base stays: then it needs packages of its own.
  const installs = installerFor(root, sha);
  const steps: readonly Step[] = [
    ...(installs === null ? [] : [{ command: installs, failure: 'does not install' }]),
    ...(build === undefined ? [] : [{ command: ['sh', '-c', build], failure: 'does not build (ONPAR_BASE_BUILD)' }]),
  ];
  const made = JSON.stringify({ sha, steps });
  if (existsSync(marker) && existsSync(folder) && readFileSync(marker, 'utf8') === made) return project;
  discard(root, folder);
  mkdirSync(join(folder, '..'), { recursive: true });
  writeFileSync(join(root, '.onpar', '.gitignore'), '*\n');
  if (git(root, 'worktree', 'add', '--quiet', '--detach', '--force', folder, sha) === null)
    throw unusable(sha, 'cannot be checked out', `look at: git worktree add --detach ${folder} ${sha}`);
  for (const step of steps) run(step, project, sha, tell);
  writeFileSync(marker, made);
  forgetOldest(root);
  return project;
}

/** How the commit's own packages are installed; null where its lockfile is that of the working tree, or it has none. */
function installerFor(root: string, sha: string): readonly string[] | null {
  const lockfile = Object.keys(installers).find((name) => git(root, 'cat-file', '-e', `${sha}:./${name}`) !== null);
  if (lockfile === undefined) return null;
  const path = join(root, lockfile);
  const same = existsSync(path) && git(root, 'show', `${sha}:./${lockfile}`) === readFileSync(path, 'utf8').trim();
  return same && installedAsLocked(root, path) ? null : (installers[lockfile] ?? null);
}

/** What npm says that it installed, where it says so: a runtime may have been tried with --no-save, and the base must not get it. */
function installedAsLocked(root: string, lockfile: string): boolean {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!lockfile.endsWith('.json') || !existsSync(installed)) return true;
  const [locked, present] = [versionsIn(lockfile), versionsIn(installed)];
  return [...present].every(([name, version]) => locked.get(name) === version);
}

function versionsIn(lockfile: string): ReadonlyMap<string, string | undefined> {
  const { packages = {} } = JSON.parse(readFileSync(lockfile, 'utf8')) as {
    packages?: Readonly<Record<string, { version?: string }>>;
  };
  return new Map(Object.entries(packages).map(([name, { version }]) => [name, version]));
}

interface Step {
  readonly command: readonly string[];
  /** What is said where it fails. */
  readonly failure: string;
}

function run({ command: [command = '', ...args], failure }: Step, folder: string, sha: string, tell: Tell): void {
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
