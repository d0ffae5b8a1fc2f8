import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashOfScripts } from '../../../src/base/imported.ts';
import { newFolder, write } from './repository.ts';

const compiled = {
  'backends/ort.js': "import { a } from '../tensor/tensor.js';\nexport const open = () => import('./host.js');\n",
  'backends/host.js': "export { b } from '../tensor/read.js';\n",
  'backends/python/torch.py': 'import weights\n',
  'tensor/tensor.js': "import './round.js';\nimport { ort } from '../backends/ort.js';\n",
  'tensor/read.js': 'export const b = 1;\n',
  'tensor/round.js': 'export const c = 1;\n',
  'report/page.js': 'export const d = 1;\n',
};

function hashWith(changed: Readonly<Record<string, string>> = {}): string {
  const root = newFolder();
  write(root, { ...compiled, ...changed });
  return hashOfScripts(join(root, 'backends'));
}

test('the same scripts have one hash, wherever they lie', () => {
  expect(hashWith()).toBe(hashWith());
});

test.each([
  ['a backend file', 'backends/ort.js'],
  ['one of its own, imported when it opens', 'backends/host.js'],
  ['one in Python', 'backends/python/torch.py'],
  ['what a backend imports from elsewhere', 'tensor/tensor.js'],
  ['what is only exported again', 'tensor/read.js'],
  ['what an imported file imports for its effect', 'tensor/round.js'],
])('%s that changes is another', (_, path) => {
  expect(hashWith({ [path]: `${compiled[path as keyof typeof compiled]}// changed\n` })).not.toBe(hashWith());
});

test('what no backend imports is not looked at, nor are maps and types', () => {
  const changed = { 'report/page.js': 'changed', 'backends/ort.js.map': '{}', 'backends/ort.d.ts': 'export {};' };
  expect(hashWith(changed)).toBe(hashWith());
});
