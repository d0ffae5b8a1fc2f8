import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chooseBase, isThis } from '../../../src/base/choose.ts';
import type { Choice, ChooseOptions } from '../../../src/base/choose.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { commit, git, newFolder, newRepository, shallowClone, write } from './repository.ts';

const choose = (root: string, options: Partial<ChooseOptions> = {}): Choice =>
  chooseBase(root, { asked: undefined, target: undefined, blessed: null, ...options });
const shaOf = (choice: Choice): string => (choice.kind === 'commit' ? choice.sha : JSON.stringify(choice));

describe('unasked, the base is', () => {
  test('where a branch left the main branch, however many commits ago', () => {
    const root = newRepository();
    const fork = git(root, 'rev-parse', 'HEAD');
    git(root, 'switch', '--quiet', '--create', 'feature');
    commit(root, { 'b.txt': '1' });
    commit(root, { 'b.txt': '2' });
    git(root, 'switch', '--quiet', 'main');
    commit(root, { 'a.txt': '2' });
    git(root, 'switch', '--quiet', 'feature');
    expect(shaOf(choose(root))).toBe(fork);
    expect(choose(root)).toMatchObject({ label: `main@${fork.slice(0, 7)}` });
  });

  test('the commit before, on the main branch', () => {
    const root = newRepository();
    const before = git(root, 'rev-parse', 'HEAD');
    commit(root, { 'a.txt': '2' });
    expect(shaOf(choose(root))).toBe(before);
  });

  test('the commit itself, where the working tree is not committed', () => {
    const root = newRepository();
    write(root, { 'a.txt': '2' });
    expect(shaOf(choose(root))).toBe(git(root, 'rev-parse', 'HEAD'));
  });

  test('the commit before in CI, whatever a job has touched; what is not committed where there is none', () => {
    const root = newRepository();
    const before = git(root, 'rev-parse', 'HEAD');
    write(root, { 'a.txt': '2' });
    expect(shaOf(choose(root, { ci: true }))).toBe(before);
    const last = commit(root, { 'a.txt': '3' });
    write(root, { 'a.txt': '4' });
    expect(shaOf(choose(root, { ci: true }))).toBe(before);
    expect(shaOf(choose(root))).toBe(last);
  });

  test('the branch that a pull request goes to', () => {
    const origin = newRepository();
    git(origin, 'switch', '--quiet', '--create', 'release');
    const fork = commit(origin, { 'r.txt': '1' });
    const root = newFolder();
    git(root, 'clone', '--quiet', `file://${origin}`, root);
    git(root, 'switch', '--quiet', '--create', 'feature');
    commit(root, { 'b.txt': '1' });
    expect(shaOf(choose(root, { target: 'release' }))).toBe(fork);
  });

  test.each([
    ['a pull request says where it goes', 'main'],
    ['a push to a branch does not: the main branch is asked for', undefined],
  ])('fetched where the clone is shallow: %s', (_, target) => {
    const origin = newRepository();
    const fork = git(origin, 'rev-parse', 'HEAD');
    git(origin, 'switch', '--quiet', '--create', 'feature');
    commit(origin, { 'b.txt': '1' });
    commit(origin, { 'b.txt': '2' });
    git(origin, 'switch', '--quiet', 'main');
    expect(shaOf(choose(shallowClone(origin, 'feature'), { target }))).toBe(fork);
  });

  test('none in a shallow clone that cannot fetch, with the line to add', () => {
    const origin = newRepository();
    commit(origin, { 'a.txt': '2' });
    const root = shallowClone(origin, 'main');
    rmSync(origin, { recursive: true });
    expect(choose(root)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('fetch-depth: 0'),
      mendable: true,
    });
  });

  test('the last bless, where nothing else is left', () => {
    const root = newRepository();
    expect(choose(root)).toEqual({ kind: 'none', reason: 'this is the first commit', mendable: false });
    const blessed = git(root, 'rev-parse', '--short=12', 'HEAD');
    expect(shaOf(choose(root, { blessed }))).toBe(git(root, 'rev-parse', 'HEAD'));
  });

  test('none outside git', () => {
    expect(choose(newFolder())).toEqual({ kind: 'none', reason: 'there is no git history here', mendable: false });
  });
});

describe('ONPAR_BASE', () => {
  test('names a tag, a commit or a folder, or switches it off', () => {
    const root = newRepository();
    const first = git(root, 'rev-parse', 'HEAD');
    git(root, 'tag', 'v1');
    commit(root, { 'a.txt': '2' });
    expect(choose(root, { asked: 'v1' })).toEqual({ kind: 'commit', sha: first, label: `v1@${first.slice(0, 7)}` });
    expect(choose(root, { asked: first })).toMatchObject({ sha: first, label: first.slice(0, 7) });
    const folder = newFolder();
    expect(choose(root, { asked: folder })).toEqual({ kind: 'folder', path: folder, label: folder });
    expect(choose(root, { asked: 'none' })).toMatchObject({ kind: 'none' });
  });

  test('is fetched by name into a shallow clone', () => {
    const origin = newRepository();
    const first = git(origin, 'rev-parse', 'HEAD');
    git(origin, 'tag', 'v1');
    commit(origin, { 'a.txt': '2' });
    expect(shaOf(choose(shallowClone(origin, 'main'), { asked: 'v1' }))).toBe(first);
  });

  test('that cannot be fetched is refused with what git said', () => {
    const origin = newRepository();
    commit(origin, { 'a.txt': '2' });
    const root = shallowClone(origin, 'main');
    expect(() => choose(root, { asked: 'v9' })).toThrow(/no folder \(git fetch: fatal: .*v9/);
  });

  test.each(['no-such-branch', '--help', 'HEAD~99'])('%s is refused, with what to do', (asked) => {
    const root = newRepository();
    expect(() => choose(root, { asked })).toThrow(BadInput);
    expect(() => choose(root, { asked })).toThrow(/ONPAR_BASE: '.*' is no commit of this repository and no folder/);
  });
});

test('what is checked out is known for itself, as a commit and as a folder, unless something is not committed', () => {
  const root = newRepository();
  const before = git(root, 'rev-parse', 'HEAD');
  commit(root, { 'a.txt': '2' });
  const is = (asked: string): boolean => isThis(root, choose(root, { asked }));
  expect(['HEAD', 'main', root, before, 'HEAD^', 'none'].map(is)).toEqual([true, true, true, false, false, false]);
  expect(is(newFolder())).toBe(false);
  write(root, { 'a.txt': '3' });
  expect(is('HEAD')).toBe(false);
});
