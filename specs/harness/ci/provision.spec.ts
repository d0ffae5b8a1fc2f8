import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
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

const run = (script: string, args: readonly string[], more: Record<string, string> = {}) =>
  spawnSync(process.execPath, [join(repository, script), ...args], {
    cwd: folder,
    env: { ...env, ...more },
    encoding: 'utf8',
  });
const provision = (script: string, ...args: readonly string[]) => run(script, args);

const reason = /no C\+\+ compiler \(no-such-compiler\) was found|no build recipe/;

test('a backend that cannot be set up is an error with its reason, by script and by command', () => {
  for (const { status, stderr } of [
    provision('ci/provision.mjs', 'tfjs-node'),
    provision('dist/cli/main.js', 'provision', 'tfjs-node'),
  ]) {
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('fix: ');
    expect(status).toBe(1);
  }
});

test('with --optional it is one line and no failure, so that the run which follows can show it as not here', () => {
  const { status, stdout, stderr } = provision('ci/provision.mjs', '--optional', 'tfjs-node');
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
    expect(scripts[name]).toContain('node ci/provision.mjs tfjs-node --optional &&');
});

describe('a Python with torch', () => {
  const torch = (more: Record<string, string>) => run('ci/provision.mjs', ['torch'], more);

  test('that the user names is looked at and never changed', () => {
    const absent = torch({ ONPAR_PYTHON: '/nowhere/python' });
    expect(absent.stderr).toContain('ONPAR_PYTHON is /nowhere/python, which has no torch 2');
    expect(absent.stderr).toContain('unset ONPAR_PYTHON');
    expect(absent.status).toBe(1);
    // As a Python with torch 2 answers.
    const there = torch({ ONPAR_PYTHON: 'true' });
    expect(there.stdout).toMatch(/^torch: ready .*ONPAR_PYTHON/);
    expect(there.status).toBe(0);
  });

  test('cannot be made without any Python', () => {
    const { stderr, status } = torch({ PATH: folder });
    expect(stderr).toContain('no Python 3 was found');
    expect(status).toBe(1);
  });

  /** A uv whose index has these versions; it writes down what it was asked to install. */
  const uvWith = (version: string): string => {
    const bin = mkdtempSync(join(folder, 'uv-'));
    const script = `#!/bin/sh
for last; do :; done
case "$1" in
  venv) mkdir -p "$last/bin" && ln -s /usr/bin/true "$last/bin/python" ;;
  *) echo "$last" >> "${bin}/asked"; [ "$last" = "${version}" ] || { echo "error: no version of $last"; exit 1; } ;;
esac
`;
    writeFileSync(join(bin, 'uv'), script);
    chmodSync(join(bin, 'uv'), 0o755);
    return bin;
  };
  const withUv = (version: string) => {
    const bin = uvWith(version);
    const cache = join(bin, 'cache');
    const again = () => torch({ PATH: `${bin}:${process.env['PATH']}`, XDG_CACHE_HOME: cache });
    return {
      again,
      asked: () => readFileSync(join(bin, 'asked'), 'utf8').trim().split('\n'),
      python: join(cache, 'onpar/torch/bin/python'),
    };
  };

  test('is made once, for the CPU where the index has such a build, else as it is', () => {
    for (const [version, tried] of [
      ['torch==2.15.0+cpu', ['torch==2.15.0+cpu']],
      ['torch==2.15.0', ['torch==2.15.0+cpu', 'torch==2.15.0']],
    ] as const) {
      const { again, asked, python } = withUv(version);
      expect(again().stdout).toContain('installed and cached');
      expect(existsSync(python)).toBe(true);
      expect(again().stdout).toContain('already set up');
      expect(asked()).toEqual(tried);
    }
  });

  test('that cannot be installed leaves nothing behind, and says what the index said', () => {
    const { again, python } = withUv('none');
    const { stderr, status } = again();
    expect(stderr).toContain('torch 2.15.0 could not be installed: error: no version of torch==2.15.0');
    expect(status).toBe(1);
    expect(existsSync(python)).toBe(false);
  });
});
