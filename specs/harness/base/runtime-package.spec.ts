import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { packagesOf } from '../../../src/base/packages.ts';
import { installPackage, packageNamed } from '../../../src/base/runtime-package.ts';
import { refusal } from '../support/refusal.ts';
import { git, newFolder, newRepository, write } from './repository.ts';

const known = ['onnxruntime-node', '@tensorflow/tfjs'];

describe('what --base names', () => {
  const root = newRepository();

  test.each([
    ['onnxruntime-node@1.29.0', { name: 'onnxruntime-node', version: '1.29.0' }],
    ['@tensorflow/tfjs@4.0.0-rc.1', { name: '@tensorflow/tfjs', version: '4.0.0-rc.1' }],
    ['main', null],
    ['HEAD@{1}', null],
    ['../elsewhere', null],
  ])('%s is %j', (asked, found) => {
    expect(packageNamed(root, asked, known, '--base')).toEqual(found);
  });

  test('a branch wins over a package', () => {
    git(root, 'branch', 'release@1.2.3');
    expect(packageNamed(root, 'release@1.2.3', known, '--base')).toBeNull();
  });

  test.each([
    [
      'onnxruntme-node@1.29.0',
      "no backend runs on the package 'onnxruntme-node'",
      'did you mean onnxruntime-node@1.29.0?',
    ],
    ['onnxruntime-node@latest', "'latest' is no exact version", 'onnxruntime-node@1.2.3'],
    ['onnxruntime-node@^1.29', "'^1.29' is no exact version", 'npm view onnxruntime-node versions'],
  ])('%s is refused', async (asked, what, fix) => {
    const error = await refusal(() => packageNamed(root, asked, known, '--base'));
    expect(error.what).toBe(what);
    expect(error.fix).toContain(fix);
  });
});

describe('another version of a package', () => {
  const root = newFolder();
  write(root, {
    'package.json': '{}',
    'node_modules/@a/runtime/package.json': JSON.stringify({ name: '@a/runtime', version: '2.0.0' }),
    'node_modules/other/package.json': JSON.stringify({ name: 'other', version: '3.0.0' }),
    // Stands for npm: installs what it is asked for, and knows no version 9.
    'bin/npm': `#!/bin/sh
for asked; do
  case "$asked" in *@[0-9]*) ;; *) continue;; esac
  name="\${asked%@*}"
  version="\${asked##*@}"
  case "$version" in 9*) echo "npm error notarget $asked" >&2; exit 1;; esac
  mkdir -p "node_modules/$name"
  echo "{\\"name\\":\\"$name\\",\\"version\\":\\"$version\\"}" > "node_modules/$name/package.json"
done
`,
  });
  chmodSync(join(root, 'bin/npm'), 0o755);
  vi.stubEnv('PATH', `${join(root, 'bin')}:${process.env['PATH']}`);
  afterAll(() => vi.unstubAllEnvs());
  const told: string[] = [];
  const install = (version: string): Promise<string> =>
    installPackage(root, { name: '@a/runtime', version }, { tell: (line) => told.push(line) });

  test('is found before the one of the working tree, whose other packages are found all the same; it is made once', async () => {
    const folder = await install('1.0.0');
    expect([...packagesOf(folder, ['@a/runtime', 'other'])]).toEqual([
      ['@a/runtime', '1.0.0'],
      ['other', '3.0.0'],
    ]);
    expect([...packagesOf(root, ['@a/runtime'])]).toEqual([['@a/runtime', '2.0.0']]);
    await install('1.0.0');
    expect(told).toHaveLength(1);
    rmSync(`${folder}.json`);
    expect(await install('1.0.0')).toBe(folder);
    expect(told).toHaveLength(2);
    expect(readFileSync(join(root, '.onpar', '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('takes along what is released with it', async () => {
    const options = { tell: () => undefined, along: ['other'] };
    const folder = await installPackage(root, { name: '@a/runtime', version: '1.1.0' }, options);
    expect([...packagesOf(folder, ['@a/runtime', 'other'])]).toEqual([
      ['@a/runtime', '1.1.0'],
      ['other', '1.1.0'],
    ]);
  });

  test('that does not install is refused with what npm said, and tried anew', async () => {
    for (const time of [1, 2]) {
      const error = await refusal(() => install('9.0.0'));
      expect(error.where).toBe('base @a/runtime@9.0.0');
      expect(error.what).toBe('does not install:\n  npm error notarget @a/runtime@9.0.0');
      expect(error.fix).toContain('--base');
      expect(told.filter((line) => line.includes('9.0.0'))).toHaveLength(time);
    }
  });
});
