import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { installedOf } from '../../../src/diff/installed.ts';
import { newFolder } from '../base/repository.ts';

const backend = { ...(await findBackend('ort-node/cpu')), packages: ['runtime'] };

/** A package below node_modules whose manifest is padded to `bytes` in all. */
function install(root: string, path: string, manifest: object, bytes: number): void {
  const folder = join(root, 'node_modules', path);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(manifest);
  writeFileSync(join(folder, 'package.json'), text);
  writeFileSync(join(folder, 'library.so'), Buffer.alloc(bytes - text.length));
}

/** `nested`: where npm put the dependency. */
function rootWith(version: string, bytes: number, nested: boolean): string {
  const root = newFolder();
  install(root, 'runtime', { name: 'runtime', version, dependencies: { helper: '*' } }, bytes);
  const place = nested ? 'runtime/node_modules/helper' : 'helper';
  install(root, place, { name: 'helper', version: '1.0.0', dependencies: { runtime: '*' } }, 500);
  return root;
}

test('counts a package with all that it depends on, once, wherever npm put it', () => {
  expect(installedOf(rootWith('1.0.0', 1000, true), rootWith('1.1.0', 4000, false), [backend, backend])).toEqual({
    packages: ['runtime'],
    base: 1500,
    new: 4500,
  });
});

test('says nothing where no package differs', () => {
  expect(installedOf(rootWith('1.0.0', 1000, true), rootWith('1.0.0', 1000, true), [backend])).toBeNull();
});

test('does not weigh what an install script fetched for GPUs: it is not run for a version to compare with', () => {
  const [base, ours] = [rootWith('1.0.0', 1000, true), rootWith('1.1.0', 4000, true)];
  writeFileSync(join(ours, 'node_modules/runtime/libonnxruntime_providers_cuda.so'), Buffer.alloc(10_000));
  expect(installedOf(base, ours, [backend])).toMatchObject({ base: 1500, new: 4500 });
});
