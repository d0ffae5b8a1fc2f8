import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkOut as checkOutAll } from '../../../src/base/checkout.ts';
import { commit, git, newFolder, newRepository, write } from './repository.ts';

const checkOut = async (...asked: Parameters<typeof checkOutAll>): Promise<string> =>
  (await checkOutAll(...asked)).root;
const quiet = { tell: () => undefined, build: undefined };
const lockfile = (version: string): string => JSON.stringify({ name: 'p', version, lockfileVersion: 3, packages: {} });
const manifest = (version: string): string => JSON.stringify({ name: 'p', version });

/** npm, pnpm, yarn and bun that only say that they were here. */
function standsForInstallers(): void {
  const bin = newFolder();
  for (const name of ['npm', 'pnpm', 'yarn', 'bun']) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} > installed-here\n`);
    chmodSync(join(bin, name), 0o755);
  }
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}
afterEach(() => vi.unstubAllEnvs());

/** Its marker was last touched so many seconds ago. */
function aged(root: string, sha: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1e3);
  utimesSync(join(root, '.onpar', 'base', `${sha.slice(0, 12)}.json`), then, then);
}

describe('a base commit beside the working tree', () => {
  test('has the files of that commit; the working tree keeps its own', async () => {
    const root = newRepository({ 'model.bin': 'old' });
    const base = git(root, 'rev-parse', 'HEAD');
    commit(root, { 'model.bin': 'new' });
    const folder = await checkOut(root, base, quiet);
    expect(folder).toBe(join(root, '.onpar', 'base', base.slice(0, 12)));
    expect(readFileSync(join(folder, 'model.bin'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, 'model.bin'), 'utf8')).toBe('new');
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  test('of a project below the top of its repository is that project', async () => {
    const top = newRepository({ 'packages/ml/model.bin': 'old' });
    const base = git(top, 'rev-parse', 'HEAD');
    const root = join(top, 'packages/ml');
    const folder = await checkOut(root, base, { ...quiet, build: 'echo made > made.txt' });
    expect(readFileSync(join(folder, 'model.bin'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('made\n');
    expect(await checkOut(root, base, { ...quiet, build: 'echo made > made.txt' })).toBe(folder);
  });

  test('is made once, and made anew where it is not complete', async () => {
    const root = newRepository({ 'model.bin': 'old' });
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const options = { tell: (line: string) => told.push(line), build: 'echo made >> made.txt' };
    const folder = await checkOut(root, base, options);
    await checkOut(root, base, options);
    expect(told).toHaveLength(1);
    rmSync(`${folder}.json`);
    rmSync(join(folder, 'model.bin'));
    await checkOut(root, base, options);
    expect(readFileSync(join(folder, 'model.bin'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('made\n');
  });

  test('installs only where its lockfile differs', async () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': lockfile('1.0.0') });
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const tell = (line: string): number => told.push(line);
    await checkOut(root, base, { tell, build: undefined });
    expect(told).toEqual([]);
    commit(root, { 'package.json': manifest('1.0.1'), 'package-lock.json': lockfile('1.0.1') });
    rmSync(join(root, '.onpar'), { recursive: true });
    await checkOut(root, base, { tell, build: undefined });
    expect(told).toEqual([`base ${base.slice(0, 7)}: npm ci --no-audit --no-fund …`]);
  });

  test.each([
    ['asks for others', '{"dependencies":{"runtime":"1.30.0"}}', true],
    ['asks for the same', '{"version":"2.0.0","dependencies":{"runtime":"1.29.0"}}', false],
    ['cannot be read', '{', true],
  ])('without a lockfile is installed where the package.json of the working tree %s', async (_, now, installs) => {
    const top = newRepository({ 'ml/package.json': '{"dependencies":{"runtime":"1.29.0"}}' });
    const base = git(top, 'rev-parse', 'HEAD');
    // The lockfile comes with the others.
    write(top, { 'ml/package.json': now, 'ml/package-lock.json': '{}' });
    standsForInstallers();
    const told: string[] = [];
    const folder = await checkOut(join(top, 'ml'), base, { tell: (line) => told.push(line), build: undefined });
    expect(told).toEqual(
      installs ? [`base ${base.slice(0, 7)}: npm install --no-package-lock --no-audit --no-fund …`] : [],
    );
    expect(existsSync(join(folder, 'installed-here'))).toBe(installs);
  });

  test('without a lockfile and a package.json is what it is', async () => {
    const root = newRepository({ 'model.bin': 'old' });
    const base = git(root, 'rev-parse', 'HEAD');
    write(root, { 'package.json': '{"dependencies":{"runtime":"1.30.0"}}' });
    await expect(checkOut(root, base, { ...quiet, tell: () => expect.unreachable() })).resolves.toContain(
      base.slice(0, 12),
    );
  });

  test('gets packages of its own as soon as the working tree has others', async () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': lockfile('1.0.0') });
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const options = { tell: (line: string) => told.push(line), build: undefined };
    const check = async (): Promise<string | null> => (await checkOutAll(root, base, options)).installed;
    expect(await check()).toBeNull();
    write(root, { 'package.json': manifest('1.0.1'), 'package-lock.json': lockfile('1.0.1') });
    // What it lacks lies above it, and is not its.
    const top = join(root, '.onpar', 'base', base.slice(0, 12));
    expect([await check(), await check()]).toEqual([top, top]);
    expect(told).toEqual([`base ${base.slice(0, 7)}: npm ci --no-audit --no-fund …`]);
  });

  test('gets packages of its own where others than the locked ones are installed', async () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': lockfile('1.0.0') });
    const told: string[] = [];
    const installed = (version: string): void =>
      write(root, {
        'node_modules/.package-lock.json': JSON.stringify({ packages: { 'node_modules/runtime': { version } } }),
        'package-lock.json': JSON.stringify({ packages: { 'node_modules/runtime': { version: '1.0.0' } } }),
      });
    installed('1.0.0');
    const locked = commit(root, {});
    await checkOut(root, locked, { tell: (line) => told.push(line), build: undefined });
    expect(told).toEqual([]);
    installed('2.0.0');
    await checkOut(root, locked, { tell: (line) => told.push(line), build: undefined });
    expect(told).toEqual([`base ${locked.slice(0, 7)}: npm ci --no-audit --no-fund …`]);
  });

  test.each([
    ['package-lock.json', 'npm ci --no-audit --no-fund'],
    ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile'],
    ['bun.lock', 'bun install --frozen-lockfile'],
    ['bun.lockb', 'bun install --frozen-lockfile'],
  ])('of a workspace, whose %s lies at the top of the repository, is installed there', async (name, line) => {
    const top = newRepository({
      [name]: '{"a":1}',
      'packages/ml/model.bin': 'old',
      'packages/ml/package.json': '{}',
    });
    const base = git(top, 'rev-parse', 'HEAD');
    const root = join(top, 'packages/ml');
    standsForInstallers();
    const told: string[] = [];
    const check = (): Promise<string> => checkOut(root, base, { tell: (text) => told.push(text), build: undefined });
    await check();
    expect(told).toEqual([]);
    write(top, { [name]: '{"a":2}' });
    const folder = await check();
    expect(told).toEqual([`base ${base.slice(0, 7)}: ${line} …`]);
    expect(readFileSync(join(folder, '../../installed-here'), 'utf8')).toBe(`${line.split(' ')[0]}\n`);
  });

  test('of a project in a workspace with a lockfile of its own is installed by that one', async () => {
    const top = newRepository({ 'package-lock.json': '{}', 'ml/yarn.lock': '1', 'ml/model.bin': 'old' });
    const base = git(top, 'rev-parse', 'HEAD');
    write(top, { 'package-lock.json': '{"name":"other"}', 'ml/yarn.lock': '2' });
    standsForInstallers();
    const folder = await checkOut(join(top, 'ml'), base, quiet);
    expect(readFileSync(join(folder, 'installed-here'), 'utf8')).toBe('yarn\n');
  });

  test('does not block: progress lives while it is built', async () => {
    const root = newRepository();
    let beats = 0;
    const heart = setInterval(() => (beats += 1), 5);
    await checkOut(root, git(root, 'rev-parse', 'HEAD'), { ...quiet, build: 'sleep 0.3' });
    clearInterval(heart);
    expect(beats).toBeGreaterThan(3);
  });

  test('is made by one of two runs that need it at once; the other one waits and finds it', async () => {
    const root = newRepository();
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const options = { tell: (line: string) => void told.push(line), build: 'sleep 0.3; echo made >> made.txt' };
    const [one, other] = await Promise.all([checkOut(root, base, options), checkOut(root, base, options)]);
    expect(one).toBe(other);
    expect(readFileSync(join(one, 'made.txt'), 'utf8')).toBe('made\n');
    expect(told).toHaveLength(2);
    expect(told.join()).toContain('another run is making its base: waiting for');
    expect(existsSync(join(root, '.onpar', 'base.lock'))).toBe(false);
  });

  test('is made where a run was killed while it made one', async () => {
    const root = newRepository();
    const lock = join(root, '.onpar', 'base.lock');
    write(root, { '.onpar/base.lock': '1\n' });
    const then = new Date(Date.now() - 60_000);
    utimesSync(lock, then, then);
    await checkOut(root, git(root, 'rev-parse', 'HEAD'), quiet);
    expect(existsSync(lock)).toBe(false);
  });

  test('keeps the last four that were used', async () => {
    const root = newRepository();
    const shas = [1, 2, 3, 4, 5].map((count) => commit(root, { 'a.txt': `${count}` }));
    for (const sha of shas.slice(0, 4)) await checkOut(root, sha, quiet);
    // The first is the release that every run is anchored to.
    for (const [age, sha] of shas.slice(0, 4).entries()) aged(root, sha, 100 - age);
    await checkOut(root, shas[0]!, quiet);
    await checkOut(root, shas[4]!, quiet);
    const folders = readdirSync(join(root, '.onpar', 'base')).filter((name) => !name.endsWith('.json'));
    expect(folders.toSorted()).toEqual([0, 2, 3, 4].map((index) => shas[index]!.slice(0, 12)).toSorted());
    expect(git(root, 'worktree', 'list').split('\n')).toHaveLength(5);
  });
});

describe('a base that cannot be used is one clear error, and leaves nothing that reads as complete', () => {
  test('does not build', async () => {
    const root = newRepository();
    const base = git(root, 'rev-parse', 'HEAD');
    const build = (): Promise<string> =>
      checkOut(root, base, { ...quiet, build: 'echo the export failed >&2; exit 3' });
    await expect(build()).rejects.toThrow(/does not build \(ONPAR_BASE_BUILD\):\n {2}the export failed/);
    expect(existsSync(join(root, '.onpar', 'base', `${base.slice(0, 12)}.json`))).toBe(false);
    await expect(build()).rejects.toThrow(/does not build/);
  });

  test('does not install', async () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': '{ torn' });
    const base = git(root, 'rev-parse', 'HEAD');
    write(root, { 'package-lock.json': lockfile('1.0.0') });
    await expect(checkOut(root, base, quiet)).rejects.toThrow(/does not install:\n[^]*ONPAR_BASE/);
  });

  test('is no commit of this clone', async () => {
    await expect(checkOut(newRepository(), '0'.repeat(40), quiet)).rejects.toThrow(
      /cannot be checked out: fatal: .*[^]*look at it: git worktree add/,
    );
  });
});
