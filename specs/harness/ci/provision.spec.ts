import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { cleanEnv } from '../support/env.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'onpar-provision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// A package whose installer no network can reach, on a machine without a compiler.
const unreachable = 'http://127.0.0.1:9';
const installed = join(folder, 'node_modules/@tensorflow/tfjs-node');
mkdirSync(installed, { recursive: true });
writeFileSync(
  join(installed, 'package.json'),
  JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.22.0', binary: { host: unreachable } }),
);
const env = { ...cleanEnv(), CXX: 'no-such-compiler', XDG_CACHE_HOME: join(folder, 'cache') };

const provision = (script: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [join(repository, script), ...args], { cwd: folder, env, encoding: 'utf8' });

const reason = /no C\+\+ compiler \(no-such-compiler\) was found|no build recipe/;

test('a backend that cannot be set up is an error with its reason, by script and by command', () => {
  for (const { status, stderr } of [
    provision('ci/provision.mjs'),
    provision('dist/cli/main.js', 'provision', 'tfjs-node'),
  ]) {
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('fix: ');
    expect(status).toBe(1);
  }
});

test('with --optional it is one line and no failure, so that the run which follows can show it as not here', () => {
  const { status, stdout, stderr } = provision('ci/provision.mjs', '--optional');
  expect(stderr).toMatch(reason);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('--optional excuses no wrong usage', () => {
  const { status, stderr } = provision('ci/provision.mjs', '--optional', 'tfjs-nod');
  expect(stderr).toContain("unknown backend 'tfjs-nod'");
  expect(status).toBe(2);
});

test('every script that runs the suite goes on without an optional backend', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  for (const name of ['start', 'test', 'test:full', 'bless'])
    expect(scripts[name]).toContain('node ci/provision.mjs --optional &&');
});
