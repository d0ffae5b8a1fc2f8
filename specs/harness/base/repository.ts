/** Small git repositories for the specs of the base: each commit writes files. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'onpar-base-'));
  made.push(folder);
  return folder;
}

/** Nothing of the machine's own git configuration takes part. */
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

export const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim();

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Writes files, commits everything, returns the commit. */
export function commit(root: string, files: Readonly<Record<string, string>>): string {
  write(root, files);
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'a commit');
  return git(root, 'rev-parse', 'HEAD');
}

export function newRepository(files: Readonly<Record<string, string>> = { 'a.txt': '1' }): string {
  const root = newFolder();
  git(root, 'init', '--quiet', '--initial-branch', 'main');
  commit(root, { '.gitignore': '.onpar/\nnode_modules/\n', ...files });
  return root;
}

/** As CI clones: one commit of a branch, nothing before it. */
export function shallowClone(of: string, branch: string): string {
  const root = newFolder();
  git(root, 'clone', '--quiet', '--depth', '1', '--branch', branch, `file://${of}`, root);
  return root;
}
