import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareAnchor, prepareBase } from '../../../src/base/base.ts';
import { newProject } from '../support/project.ts';
import { commit, git } from './repository.ts';

const tell = (): void => undefined;
const made: (() => void)[] = [];
afterAll(() => made.forEach((remove) => remove()));

/** A project with a card, in git. */
function newRepository(): string {
  const project = newProject();
  made.push(project.remove);
  project.card('linear');
  git(project.root, 'init', '--quiet', '--initial-branch', 'main');
  commit(project.root, { '.gitignore': '.onpar/\n' });
  return project.root;
}

describe('the anchor', () => {
  test('is the version that ONPAR_ANCHOR names, beside the working tree', async () => {
    const root = newRepository();
    git(root, 'tag', 'v1');
    const sha = commit(root, { 'a.txt': '2' });
    git(root, 'tag', 'v2');
    const anchor = await prepareAnchor(root, { env: { ONPAR_ANCHOR: 'v1' }, tell });
    expect(anchor).toMatchObject({ found: true, side: { label: expect.stringMatching(/^v1@/) } });
    expect(await prepareAnchor(root, { env: { ONPAR_ANCHOR: 'v2' }, tell })).toMatchObject({
      side: { root: join(root, '.onpar/base', sha.slice(0, 12)) },
    });
  });

  test.each(['v9', 'auto'])('%s that does not exist is bad input', async (asked) => {
    await expect(prepareAnchor(newRepository(), { env: { ONPAR_ANCHOR: asked }, tell })).rejects.toThrow(
      `ONPAR_ANCHOR: '${asked}' is no commit of this repository and no folder`,
    );
  });

  test('that does not build is bad input', async () => {
    const env = { ONPAR_ANCHOR: 'HEAD', ONPAR_BASE_BUILD: 'exit 3' };
    await expect(prepareAnchor(newRepository(), { env, tell })).rejects.toThrow(/does not build/);
  });

  test('is none where it is not asked for', async () => {
    for (const asked of ['', 'none'])
      expect(await prepareAnchor(newRepository(), { env: { ONPAR_ANCHOR: asked }, tell })).toMatchObject({
        found: false,
      });
  });
});

describe('a base that cannot be used', () => {
  const env = { ONPAR_BASE_BUILD: 'echo no export >&2; exit 3' };

  test('since .onpar cannot be written, is bad input where it was named, else not found', async () => {
    const root = newRepository();
    commit(root, { 'a.txt': '2' });
    writeFileSync(join(root, '.onpar'), 'a file in its place');
    const why = /\.onpar: cannot be written \((ENOTDIR|EEXIST)[^]*ONPAR_BASE=none/;
    expect(await prepareBase(root, { env: {}, blessed: null, tell })).toEqual({
      found: false,
      reason: expect.stringMatching(why),
      mendable: true,
    });
    await expect(prepareBase(root, { env: { ONPAR_BASE: 'HEAD^' }, blessed: null, tell })).rejects.toThrow(why);
  });

  test('is bad input where it was named', async () => {
    const root = newRepository();
    const prepare = prepareBase(root, { env: { ...env, ONPAR_BASE: 'HEAD' }, blessed: null, tell });
    await expect(prepare).rejects.toThrow(/does not build \(ONPAR_BASE_BUILD\):\n {2}no export/);
  });

  test('is not found, with the reason, where it was chosen', async () => {
    const root = newRepository();
    commit(root, { 'a.txt': '2' });
    const base = await prepareBase(root, { env: { ...env, ONPAR_BASE: 'auto' }, blessed: null, tell });
    expect(base).toMatchObject({ found: false, reason: expect.stringContaining('no export') });
    rmSync(join(root, '.onpar'), { recursive: true });
    expect(await prepareBase(root, { env: { ONPAR_BASE: 'auto' }, blessed: null, tell })).toMatchObject({
      found: true,
    });
  });
});
