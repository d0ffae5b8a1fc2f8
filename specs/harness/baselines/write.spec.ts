import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import type { PlannedFile } from '../../../src/baselines/changes.ts';
import { writeBaselines } from '../../../src/baselines/write.ts';
import { BadInput } from '../../../src/schema/bad-input.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { get, newRoot, put, treeOf } from './setting.ts';

const file = (path: string, text: string | null, before: string | null): PlannedFile => ({
  path,
  text,
  before: { text: before },
});
const a = 'baselines/a.json';
const b = 'baselines/machines/x/b.json';

test('writes, replaces and removes', () => {
  const root = newRoot();
  expect(writeBaselines({ root, files: [file(a, '1\n', null), file(b, '2\n', null)] })).toEqual([a, b]);
  expect(treeOf(root)).toEqual({ [a]: '1\n', [b]: '2\n' });
  writeBaselines({ root: `${root}/`, files: [file(a, '3\n', '1\n'), file(b, null, '2\n')] });
  expect(treeOf(root)).toEqual({ [a]: '3\n' });
  expect(writeBaselines({ root, files: [] })).toEqual([]);
});

test('refuses what changed since it was read, and then writes nothing', () => {
  const root = newRoot();
  put(root, a, 'theirs');
  for (const before of ['mine', null]) {
    expect(() => writeBaselines({ root, files: [file(b, 'new', null), file(a, 'mine', before)] })).toThrow(
      'changed while this run measured',
    );
    expect(treeOf(root)).toEqual({ [a]: 'theirs' });
  }
  expect(() => writeBaselines({ root, files: [file(b, 'new', 'was')] })).toThrow(BadInput);
  writeBaselines({ root, files: [{ path: a, text: 'new', before: 'any' }] });
  expect(get(root, a)).toBe('new');
});

test('sweeps what killed predecessors left, not what a living one is writing, nor what is not ours', () => {
  const root = newRoot();
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  put(root, `baselines/.a.json.${dead}.tmp`, 'half');
  put(root, `baselines/.a.json.${process.pid}.tmp`, 'half');
  put(root, `baselines/.a.json.${process.ppid}.tmp`, 'living');
  put(root, 'baselines/notes.tmp', 'kept');
  writeBaselines({ root, files: [file(a, '1', null)] });
  expect(Object.keys(treeOf(root)).sort()).toEqual(
    [`baselines/.a.json.${process.ppid}.tmp`, a, 'baselines/notes.tmp'].sort(),
  );
});

describe('links', () => {
  test.each([
    ['the folder', (root: string, out: string) => symlinkSync(out, join(root, 'baselines'))],
    [
      'the file',
      (root: string, out: string) => (
        mkdirSync(join(root, 'baselines')),
        writeFileSync(join(out, 'a.json'), 'out'),
        symlinkSync(join(out, 'a.json'), join(root, a))
      ),
    ],
    [
      'the file, dangling',
      (root: string, out: string) => (
        mkdirSync(join(root, 'baselines')),
        symlinkSync(join(out, 'none'), join(root, a))
      ),
    ],
    [
      'a folder beside the root of the same beginning',
      (root: string) => (mkdirSync(`${root}-2`), symlinkSync(`${root}-2`, join(root, 'baselines'))),
    ],
  ])('%s leads out of the root: refused, nothing written outside', (_, link) => {
    const [root, out] = [newRoot(), newRoot()];
    link(root, out);
    const before = treeOf(out);
    const text = existsSync(join(root, a)) ? readFileSync(join(root, a), 'utf8') : null;
    expect(() => writeBaselines({ root, files: [file(a, 'new', text)] })).toThrow('is a link out of');
    expect(treeOf(out)).toEqual(before);
  });

  test('inside the root they are followed; a root that is a link itself is fine', () => {
    const [root, place] = [newRoot(), newRoot()];
    mkdirSync(join(root, 'kept'));
    symlinkSync(join(root, 'kept'), join(root, 'baselines'));
    symlinkSync(root, join(place, 'link'));
    writeBaselines({ root: join(place, 'link'), files: [file(a, '1', null)] });
    expect(get(root, 'kept/a.json')).toBe('1');
  });
});

describe('when the disk will not', () => {
  test('a folder that cannot be made: bad input, nothing written, no temporary file', () => {
    const root = newRoot();
    put(root, 'baselines/machines', 'a file in the way');
    expect(() => writeBaselines({ root, files: [file(a, '1', null), file(b, '2', null)] })).toThrow(BadInput);
    expect(treeOf(root)).toEqual({ 'baselines/machines': 'a file in the way' });
  });

  test('a target that is a folder', () => {
    const root = newRoot();
    mkdirSync(join(root, a, 'x'), { recursive: true });
    expect(() => writeBaselines({ root, files: [{ path: a, text: '1', before: 'any' }] })).toThrow(
      'cannot be written',
    );
  });
});

/** write.ts as a child can run it: Node 20 does not strip types. */
const compiled = (): string => {
  const folder = newRoot();
  const src = fileURLToPath(new URL('../../../src/', import.meta.url));
  for (const path of ['baselines/write.ts', 'schema/bad-input.ts']) {
    const { outputText } = ts.transpileModule(readFileSync(join(src, path), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        verbatimModuleSyntax: true,
      },
    });
    put(folder, path.replace(/ts$/, 'mjs'), outputText.replaceAll(".ts'", ".mjs'"));
  }
  return join(folder, 'baselines/write.mjs');
};

test(
  'SIGKILL in mid-bless, many times: no file is ever torn, and what is left behind is swept',
  { timeout: 120_000 },
  async () => {
    const kills = Number(process.env['ONPAR_KILLS'] ?? 30);
    const root = newRoot();
    const paths = Array.from({ length: 12 }, (_, i) => `baselines/${i % 2 ? '' : 'machines/x/'}m${i}.json`);
    const versions = ['A', 'B'].map((letter) => `${letter.repeat(150_000)}\n`);
    const script = join(dirname(compiled()), 'loop.mjs');
    const program = `import { writeBaselines } from './write.mjs';
    const [root, ...paths] = process.argv.slice(2);
    console.log('ready');
    for (let i = 0; ; i += 1) writeBaselines({ root, files: paths.map((path) => ({ path, text: 'AB'[i % 2].repeat(150000) + '\\n', before: 'any' })) });`;
    writeFileSync(script, program);
    const random = randomFrom(3);
    let leftovers = 0;
    let mixed = 0;
    for (let i = 0; i < kills; i += 1) {
      const child = spawn(process.execPath, [script, root, ...paths], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await setTimeout(random() * 60);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const found = paths.filter((path) => existsSync(join(root, path))).map((path) => get(root, path));
      for (const text of found)
        expect(versions.includes(text), `torn at ${text.length} characters`).toBe(true);
      mixed += new Set(found).size > 1 ? 1 : 0;
      leftovers += Object.keys(treeOf(root)).some((path) => path.endsWith('.tmp')) ? 1 : 0;
    }
    // The spec proves something only if kills really hit the middle of a write.
    expect(leftovers + mixed).toBeGreaterThan(kills / 4);
    process.stderr.write(
      `${kills} kills: 0 torn, ${leftovers} left temporary files, ${mixed} between two renames\n`,
    );
    writeBaselines({ root, files: paths.map((path) => ({ path, text: 'end\n', before: 'any' })) });
    expect(readdirSync(join(root, 'baselines')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(Object.values(treeOf(root))).toEqual(paths.map(() => 'end\n'));
  },
);
