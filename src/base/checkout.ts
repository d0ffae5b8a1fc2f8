/**
 * Puts a base commit beside the working tree, and makes it runnable: packages are installed only where its lockfile differs,
 * otherwise those of the working tree are found by walking up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce, run, unusable } from './beside.ts';
import { git } from './git.ts';

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
  const base = sha.slice(0, 7);
  // The lockfile of the working tree may move on while this base stays: then it needs packages of its own.
  const install = installerFor(root, sha);
  // A project may lie below the top of its repository.
  const prefix = git(root, 'rev-parse', '--show-prefix') ?? '';
  const from = { sha, build: build ?? null, install: install?.join(' ') ?? null };
  const top = madeOnce(root, sha.slice(0, 12), from, (made) => {
    // Twice: what a killed git left is locked, and is made anew.
    if (git(root, 'worktree', 'add', '--quiet', '--detach', '--force', '--force', made, sha) === null)
      throw unusable(base, 'cannot be checked out', `look at: git worktree add --detach ${made} ${sha}`);
    const folder = join(made, prefix);
    if (install !== null) run(install, { folder, base, tell, failure: 'does not install' });
    if (build !== undefined)
      run(['sh', '-c', build], { folder, base, tell, failure: 'does not build (ONPAR_BASE_BUILD)' });
  });
  return join(top, prefix);
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
