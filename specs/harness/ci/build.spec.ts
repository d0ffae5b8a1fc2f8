import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { cleanEnv } from '../support/env.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'onpar-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const file of ['ci/build.mjs', 'tsconfig.json', 'tsconfig.build.json'])
  cpSync(join(repository, file), join(folder, file));
symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'dir');
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
mkdirSync(join(folder, 'src/cli'), { recursive: true });
writeFileSync(join(folder, 'src/kept.ts'), 'export const kept = 1;\n');
writeFileSync(join(folder, 'src/cli/main.ts'), "import { kept } from '../kept.ts';\nexport const main = kept;\n");
writeFileSync(join(folder, 'src/gone.ts'), 'export const gone = 1;\n');
writeFileSync(join(folder, 'src/gone.schema.json'), '{}\n');

const build = () =>
  spawnSync(process.execPath, [join(folder, 'ci/build.mjs')], { cwd: folder, env: cleanEnv(), encoding: 'utf8' });
const built = (name: string): boolean => existsSync(join(folder, 'dist', name));
const outputs = ['gone.js', 'gone.js.map', 'gone.d.ts', 'gone.schema.json'];

test('every source has its outputs, and the command can be run by npx', () => {
  expect(build().status).toBe(0);
  expect([...outputs, 'kept.js', 'cli/main.js'].filter((name) => !built(name))).toEqual([]);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'dist/cli/main.js')).mode & 0o111).toBe(0o111);
});

test('without a change nothing is compiled', () => {
  const before = statSync(join(folder, 'dist/.built')).mtimeMs;
  expect(build().status).toBe(0);
  expect(statSync(join(folder, 'dist/.built')).mtimeMs).toBe(before);
});

test('the outputs of a source that was deleted go with it', () => {
  for (const name of ['gone.ts', 'gone.schema.json']) rmSync(join(folder, 'src', name));
  expect(build().status).toBe(0);
  expect(outputs.filter(built)).toEqual([]);
  expect(built('kept.js')).toBe(true);
});

test('a source that is missed by another is an error, also the second time', () => {
  rmSync(join(folder, 'src/kept.ts'));
  for (let run = 0; run < 2; run += 1) {
    const { status, stderr } = build();
    expect(stderr).toContain('kept.ts');
    expect(status).toBe(2);
  }
});
