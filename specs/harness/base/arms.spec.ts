import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { armsOf } from '../../../src/base/arms.ts';
import type { Side } from '../../../src/base/base.ts';
import { closureOf, packagesOf } from '../../../src/base/packages.ts';
import { readProject } from '../../../src/cases/project.ts';
import { version as thisVersion } from '../../../src/version.ts';
import { newProject } from '../support/project.ts';

vi.mock(import('../../../src/base/packages.ts'), { spy: true });
const made: (() => void)[] = [];
afterAll(() => made.forEach((remove) => remove()));
beforeEach(() => vi.clearAllMocks());
const backend = await findBackend('ort-node/cpu');
const subject = (model: string) => ({
  metric: 'latency',
  model,
  artifact: 'float32',
  backend: 'ort-node/cpu',
  batch: 1,
  threads: 1,
  images: null,
});

async function side(label: string, version: string): Promise<Side> {
  const project = newProject();
  made.push(project.remove);
  for (const model of ['a', 'b', 'c']) project.card(model);
  project.put('package.json', '{}');
  project.put('node_modules/onnxruntime-node/package.json', JSON.stringify({ name: 'onnxruntime-node', version }));
  return { label, root: project.root, project: await readProject(project.root, {}) };
}

test('what differs is found for every case, walking the packages of a side once', async () => {
  const [base, ours] = [await side('main', '1.0.0'), await side('ours', '2.0.0')];
  for (const model of ['a', 'b', 'c'])
    expect(await armsOf(base, ours, subject(model), backend)).toMatchObject({
      found: true,
      differs: ['onnxruntime-node 1.0.0 -> 2.0.0'],
    });
  expect(vi.mocked(closureOf).mock.calls.map(([root]) => root)).toEqual([base.root, ours.root]);
});

test('another content under the same version differs, where npm says what it fetched', async () => {
  const fetched = async (label: string, packages: object): Promise<Side> => {
    const each = await side(label, '1.0.0');
    writeFileSync(join(each.root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
    return each;
  };
  const entry = (fields: object) => ({ 'node_modules/onnxruntime-node': { version: '1.0.0', ...fields } });
  const differs = async (before: object, after: object): Promise<unknown> =>
    armsOf(await fetched('main', before), await fetched('ours', after), subject('a'), backend);
  const [one, other] = [{ integrity: 'sha512-a' }, { integrity: 'sha512-b' }].map(entry) as [object, object];
  expect(await differs(one, other)).toMatchObject({ differs: ['the content of onnxruntime-node 1.0.0'] });
  const [old, moved] = ['git+ssh://x#1', 'git+ssh://x#2'].map((resolved) => entry({ resolved })) as [object, object];
  expect(await differs(old, moved)).toMatchObject({ differs: ['the content of onnxruntime-node 1.0.0'] });
  for (const [before, after] of [
    [one, one],
    [one, {}],
    [{}, {}],
  ] as const)
    expect(await differs(before, after)).toMatchObject({ differs: [] });
});

test('another side is looked at anew', async () => {
  const [base, ours] = [await side('main', '1.0.0'), await side('ours', '1.0.0')];
  expect(await armsOf(base, ours, subject('a'), backend)).toMatchObject({ differs: [] });
  expect(await armsOf(await side('v1', '0.9.0'), ours, subject('a'), backend)).toMatchObject({
    differs: ['onnxruntime-node 0.9.0 -> 1.0.0'],
  });
});

test('a base of onpar itself, of this version, that is not built is none: our backend files would drive both arms', async () => {
  const [base, ours, other] = [await side('main', '1.0.0'), await side('ours', '1.0.0'), await side('v0', '1.0.0')];
  const onpar = (of: Side, which: string): void =>
    writeFileSync(join(of.root, 'package.json'), JSON.stringify({ name: 'onpar', version: which }));
  onpar(base, thisVersion());
  expect(await armsOf(base, ours, subject('a'), backend)).toEqual({
    found: false,
    reason: `onpar is not built at main: no ${base.root}/dist/backends`,
    mendable: true,
  });
  // Another version's files may speak otherwise, and are not used.
  onpar(other, '0.0.1');
  expect(await armsOf(other, ours, subject('a'), backend)).toMatchObject({ found: true });
});

test('that the backend files of another version are not compared is said', async () => {
  const [base, ours] = [await side('v0', '1.0.0'), await side('ours', '1.0.0')];
  for (const [{ root }, which] of [
    [base, '0.0.1'],
    [ours, thisVersion()],
  ] as const)
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'onpar', version: which }));
  mkdirSync(join(ours.root, 'dist', 'backends'), { recursive: true });
  expect(await armsOf(base, ours, subject('a'), backend)).toMatchObject({
    differs: [`onpar 0.0.1 -> ${thisVersion()} (its backend files are not compared)`],
  });
});

test('a base that lacks a package is none: ours would be loaded in its place, and nothing would differ', async () => {
  const [base, ours] = [await side('main', '1.0.0'), await side('ours', '1.0.0')];
  rmSync(join(base.root, 'node_modules'), { recursive: true });
  expect(await armsOf(base, ours, subject('a'), backend)).toEqual({
    found: false,
    reason: 'onnxruntime-node is not installed at main',
    mendable: true,
  });
});

test('a base that was installed and lacks a package is none, though ours lies above it', async () => {
  const ours = await side('ours', '2.0.0');
  const top = join(ours.root, '.onpar', 'base', 'abc');
  const files = [
    ['package.json', '{}'],
    ['node_modules/other/package.json', '{"name":"other","version":"1.0.0"}'],
  ] as const;
  for (const [name, text] of files) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), text);
  }
  const base = { ...ours, label: 'main', root: top };
  // Without an install of its own it has what the working tree has.
  expect(await armsOf({ ...base, installed: null }, ours, subject('a'), backend)).toMatchObject({ differs: [] });
  expect(await armsOf({ ...base, installed: top }, ours, subject('a'), backend)).toEqual({
    found: false,
    reason: 'onnxruntime-node is not installed at main',
    mendable: true,
  });
});

test('so is one that lacks another package than ours, which onpar has for both', async () => {
  const [base, ours] = [await side('main', '1.0.0'), await side('ours', '1.0.0')];
  const both = { ...backend, packages: ['onnxruntime-web', 'onnxruntime-node'] };
  rmSync(join(base.root, 'node_modules'), { recursive: true });
  expect(await armsOf(base, ours, subject('a'), both)).toMatchObject({
    found: false,
    reason: 'onnxruntime-node is not installed at main',
  });
});

test('packages that neither has are those of onpar, as in a worker', async () => {
  const [base, ours] = [await side('main', '1.0.0'), await side('ours', '2.0.0')];
  for (const { root } of [base, ours]) rmSync(join(root, 'node_modules'), { recursive: true });
  expect(await armsOf(base, ours, subject('a'), backend)).toMatchObject({ found: true, differs: [] });
  expect([...packagesOf(ours.root, ['onnxruntime-node']).keys()]).toContain('onnxruntime-common');
});
