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
  return madeOnce(root, sha.slice(0, 12), { sha, build: build ?? null }, (folder) => {
    if (git(root, 'worktree', 'add', '--quiet', '--detach', '--force', folder, sha) === null)
      throw unusable(base, 'cannot be checked out', `look at: git worktree add --detach ${folder} ${sha}`);
    const install = installerOf(root, folder);
    if (install !== null) run(install, { folder, base, tell, failure: 'does not install' });
    if (build !== undefined)
      run(['sh', '-c', build], { folder, base, tell, failure: 'does not build (ONPAR_BASE_BUILD)' });
  });
}

/** Null where the working tree's packages are the right ones. */
function installerOf(root: string, folder: string): readonly string[] | null {
  const lockfile = Object.keys(installers).find((name) => existsSync(join(folder, name)));
  if (lockfile === undefined || sameFile(join(root, lockfile), join(folder, lockfile))) return null;
  return installers[lockfile] ?? null;
}

const sameFile = (ours: string, theirs: string): boolean =>
  existsSync(ours) && readFileSync(ours).equals(readFileSync(theirs));
