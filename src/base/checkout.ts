/**
 * Puts a base commit beside the working tree, and makes it runnable: packages are installed only where its lockfile differs, or what its package.json
 * asks for where it has no lockfile; otherwise those of the working tree are found by walking up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { madeOnce, run, unusable } from './beside.ts';
import { git } from './git.ts';
import { installedBy, lockedIn } from './packages.ts';
import { spawned } from './spawned.ts';

/** How each lockfile's own tool installs exactly what it says. */
const installers: Readonly<Record<string, string>> = {
  'package-lock.json': 'npm ci --no-audit --no-fund',
  'npm-shrinkwrap.json': 'npm ci --no-audit --no-fund',
  'pnpm-lock.yaml': 'pnpm install --frozen-lockfile',
  'yarn.lock': 'yarn install --immutable',
  'bun.lock': 'bun install --frozen-lockfile',
  'bun.lockb': 'bun install --frozen-lockfile',
};

const unlocked = 'npm install --no-package-lock --no-audit --no-fund';

export interface CheckoutOptions {
  /** Told what takes long. */
  readonly tell: (line: string) => void;
  /** Command that makes what is not committed, such as an export; undefined where nothing has to be made. */
  readonly build: string | undefined;
}

export interface Checkout {
  /** The project's folder in it. */
  readonly root: string;
  /** Its top, where it has packages of its own: what it lacks is then found above it, and is not its. */
  readonly installed: string | null;
}

/** Rejects with BadInput where the commit cannot be checked out, installed or built. */
export async function checkOut(root: string, sha: string, { tell, build }: CheckoutOptions): Promise<Checkout> {
  const base = sha.slice(0, 7);
  // A project may lie below the top of its repository.
  const prefix = git(root, 'rev-parse', '--show-prefix') ?? '';
  // The lockfile of the working tree may move on while this base stays: then it needs packages of its own.
  const install = installOf(root, sha, prefix);
  const from = { sha, build: build ?? null, install };
  const top = await madeOnce(root, { name: sha.slice(0, 12), from, tell }, async (made) => {
    // Twice: what a killed git left is locked, and is made anew. Without a limit of time, since a repository may be big.
    const add = ['git', 'worktree', 'add', '--quiet', '--detach', '--force', '--force', made, sha];
    const { ok, wrote } = await spawned(add, root);
    if (!ok) throw unusable(base, `cannot be checked out: ${wrote}`, `look at it: ${add.join(' ')}`);
    const step = { base, tell };
    if (install !== null)
      await run(install.line, { ...step, folder: join(made, install.folder), failure: 'does not install' });
    if (build !== undefined)
      await run(build, { ...step, folder: join(made, prefix), failure: 'does not build (ONPAR_BASE_BUILD)' });
  });
  return { root: join(top, prefix), installed: install === null ? null : top };
}

interface Install {
  readonly line: string;
  /** Below the top of the repository: a workspace has its lockfile there. */
  readonly folder: string;
}

/** How the commit's own packages are installed; null where those of the working tree are its own. */
function installOf(root: string, sha: string, prefix: string): Install | null {
  const lockfiles = foldersUp(posix.join('.', prefix)).flatMap((folder) =>
    Object.keys(installers).map((name) => posix.join(folder, name)),
  );
  const committed =
    git(root, 'ls-tree', '--full-tree', '--name-only', '-z', sha, '--', ...lockfiles)?.split('\0') ?? [];
  const lockfile = lockfiles.find((path) => committed.includes(path));
  if (lockfile === undefined) return installUnlocked(root, sha, prefix);
  const path = join(root, git(root, 'rev-parse', '--show-cdup') ?? '', lockfile);
  const same = existsSync(path) && git(root, 'hash-object', path) === git(root, 'rev-parse', `${sha}:${lockfile}`);
  if (same && installedAsLocked(path)) return null;
  return { line: installers[posix.basename(lockfile)] ?? '', folder: posix.dirname(lockfile) };
}

/** As near as one comes to what it had: with packages of the working tree a base would be compared with itself. */
function installUnlocked(root: string, sha: string, prefix: string): Install | null {
  const [path, before] = [
    join(root, 'package.json'),
    git(root, 'show', `${sha}:${posix.join(prefix, 'package.json')}`),
  ];
  const same = before === null || !existsSync(path) || askedIn(before) === askedIn(readFileSync(path, 'utf8'));
  return same ? null : { line: unlocked, folder: posix.join('.', prefix) };
}

function askedIn(manifest: string): string {
  try {
    const fields = JSON.parse(manifest) as Readonly<Record<string, unknown>>;
    return JSON.stringify(
      ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'].map((name) => fields[name]),
    );
  } catch {
    return manifest;
  }
}

/** a/b, a, . */
const foldersUp = (folder: string): readonly string[] =>
  folder === '.' ? [folder] : [folder, ...foldersUp(posix.dirname(folder))];

/** What npm says that it installed, where it says so: a runtime may have been tried with --no-save, and the base must not get it. */
function installedAsLocked(lockfile: string): boolean {
  const installed = installedBy(dirname(lockfile));
  if (!lockfile.endsWith('.json') || !existsSync(installed)) return true;
  const locked = lockedIn(lockfile);
  return Object.entries(lockedIn(installed)).every(([place, { version }]) => locked[place]?.version === version);
}
