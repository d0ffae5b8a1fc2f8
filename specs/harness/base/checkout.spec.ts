import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkOut } from '../../../src/base/checkout.ts';
import { commit, git, newRepository, write } from './repository.ts';

const quiet = { tell: () => undefined, build: undefined };
const lockfile = (version: string): string => JSON.stringify({ name: 'p', version, lockfileVersion: 3, packages: {} });
const manifest = (version: string): string => JSON.stringify({ name: 'p', version });

describe('a base commit beside the working tree', () => {
  test('has the files of that commit; the working tree keeps its own', () => {
    const root = newRepository({ 'model.bin': 'old' });
    const base = git(root, 'rev-parse', 'HEAD');
    commit(root, { 'model.bin': 'new' });
    const folder = checkOut(root, base, quiet);
    expect(folder).toBe(join(root, '.onpar', 'base', base.slice(0, 12)));
    expect(readFileSync(join(folder, 'model.bin'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, 'model.bin'), 'utf8')).toBe('new');
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  test('is made once, and made anew where it is not complete', () => {
    const root = newRepository({ 'model.bin': 'old' });
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const options = { tell: (line: string) => told.push(line), build: 'echo made >> made.txt' };
    const folder = checkOut(root, base, options);
    checkOut(root, base, options);
    expect(told).toHaveLength(1);
    rmSync(`${folder}.json`);
    rmSync(join(folder, 'model.bin'));
    checkOut(root, base, options);
    expect(readFileSync(join(folder, 'model.bin'), 'utf8')).toBe('old');
    expect(readFileSync(join(folder, 'made.txt'), 'utf8')).toBe('made\n');
  });

  test('installs only where its lockfile differs', () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': lockfile('1.0.0') });
    const base = git(root, 'rev-parse', 'HEAD');
    const told: string[] = [];
    const tell = (line: string): number => told.push(line);
    checkOut(root, base, { tell, build: undefined });
    expect(told).toEqual([]);
    commit(root, { 'package.json': manifest('1.0.1'), 'package-lock.json': lockfile('1.0.1') });
    rmSync(join(root, '.onpar'), { recursive: true });
    checkOut(root, base, { tell, build: undefined });
    expect(told).toEqual([`base ${base.slice(0, 7)}: npm ci --no-audit --no-fund …`]);
  });

  test('keeps the last three', () => {
    const root = newRepository();
    const shas = [1, 2, 3, 4].map((count) => commit(root, { 'a.txt': `${count}` }));
    for (const sha of shas) checkOut(root, sha, quiet);
    const folders = readdirSync(join(root, '.onpar', 'base')).filter((name) => !name.endsWith('.json'));
    expect(folders.toSorted()).toEqual(
      shas
        .slice(1)
        .map((sha) => sha.slice(0, 12))
        .toSorted(),
    );
    expect(git(root, 'worktree', 'list').split('\n')).toHaveLength(4);
  });
});

describe('a base that cannot be used is one clear error, and leaves nothing that reads as complete', () => {
  test('does not build', () => {
    const root = newRepository();
    const base = git(root, 'rev-parse', 'HEAD');
    const build = (): string => checkOut(root, base, { ...quiet, build: 'echo the export failed >&2; exit 3' });
    expect(build).toThrow(/does not build \(ONPAR_BASE_BUILD\):\n {2}the export failed/);
    expect(existsSync(join(root, '.onpar', 'base', `${base.slice(0, 12)}.json`))).toBe(false);
    expect(build).toThrow(/does not build/);
  });

  test('does not install', () => {
    const root = newRepository({ 'package.json': manifest('1.0.0'), 'package-lock.json': '{ torn' });
    const base = git(root, 'rev-parse', 'HEAD');
    write(root, { 'package-lock.json': lockfile('1.0.0') });
    expect(() => checkOut(root, base, quiet)).toThrow(/does not install:\n[^]*ONPAR_BASE/);
  });

  test('is no commit of this clone', () => {
    expect(() => checkOut(newRepository(), '0'.repeat(40), quiet)).toThrow(/cannot be checked out/);
  });
});
