import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readModel } from '../../../src/models/card.ts';
import type { Artifact } from '../../../src/models/card.ts';
import { newProject } from '../support/project.ts';
import { onparIn } from './onpar.ts';

const project = newProject();
afterAll(() => project.remove());
project.card('linear', {
  latency: { gated: ['float32/ort-node/cpu', 'float32/ort-web/wasm'] },
  // Of backends that a command line leaves out.
  relations: { notSlower: [{ case: 'float32/ort-node/cpu', than: 'float32/ort-web/wasm' }] },
});
const onpar = onparIn(project.root);

interface Report {
  readonly command: string;
  readonly cases: readonly {
    model: string;
    backend: string;
    batch: number;
    threads: number;
    parity: { verdict: string };
    latency: { steady: number | null; interval: object | null; processes: number; gated: boolean };
  }[];
  readonly verdicts: readonly { metric: string; case: string }[];
}

const report = async (...args: readonly string[]): Promise<Report> =>
  JSON.parse((await onpar(['compare', 'linear', ...args, '--json'])).stdout) as Report;

describe('onpar compare in a project', () => {
  test('shows the backend that was asked for, although the cards gate others, and writes a report', async () => {
    const { code, stdout, stderr } = await onpar([
      'compare',
      'linear',
      '--backend',
      'ort-node/cpu',
      '--batch',
      '1',
      '--json',
    ]);
    expect(stderr).toBe('');
    const { cases } = JSON.parse(stdout) as Report;
    expect(cases.map(({ model, backend, batch, threads }) => [model, backend, batch, threads])).toEqual([
      ['linear', 'ort-node/cpu', 1, 1],
      ['linear', 'ort-node/cpu', 1, 0],
    ]);
    expect(cases[0]?.parity.verdict).toBe('match');
    expect(code).toBe(0);
    for (const name of ['report.json', 'report.html'])
      expect(existsSync(join(project.root, '.onpar', name))).toBe(true);
  });

  test.each(['linear/float32/ort-node/cpu', 'linear/float32/ort-node/cpu/b1/t1'])(
    'takes the name of a case, %s, and shows its backend alone',
    async (name) => {
      const { code, stdout } = await onpar(['compare', name, '--batch', '1', '--json']);
      expect(code).toBe(0);
      const { cases } = JSON.parse(stdout) as Report;
      expect(new Set(cases.map(({ model, backend }) => `${model} ${backend}`))).toEqual(
        new Set(['linear ort-node/cpu']),
      );
    },
  );

  test('takes the name of a relation between files, on every backend', async () => {
    const { code, stdout } = await onpar(['compare', 'linear/float32/size/than/parent', '--batch', '1', '--json']);
    expect(code).toBe(0);
    expect(new Set((JSON.parse(stdout) as Report).cases.map(({ backend }) => backend)).size).toBeGreaterThan(1);
  });

  test('refuses the name of a case with a backend that there is not', async () => {
    const { code, stderr } = await onpar(['compare', 'linear/float32/ort-nod/cpu']);
    expect(stderr).toContain("unknown backend 'ort-nod/cpu'");
    expect(code).toBe(2);
  });

  test('refuses a backend that no commit affords, and says how it is asked for; beside others it is not even probed', async () => {
    const { code, stderr } = await onpar(['compare', 'linear', '--backend', 'torch/compile']);
    expect(stderr).toContain('torch/compile: too slow for anything but the full suite');
    expect(stderr).toContain('ONPAR_FULL=1');
    expect(code).toBe(2);
    const { stdout } = await onpar(['compare', 'linear', '--backend', 'ort-node/cpu,torch/compile', '--json']);
    expect((JSON.parse(stdout) as { backends: { id: string }[] }).backends.map(({ id }) => id)).toEqual([
      'ort-node/cpu',
    ]);
  });

  test('judges by every metric that has cases, each once', async () => {
    const { verdicts } = await report('--backend', 'ort-node/cpu');
    expect(verdicts.map(({ metric }) => metric).toSorted()).toEqual([
      'first',
      'latency',
      'load',
      'memory',
      'parity',
      'size',
    ]);
  });

  test('at other batch sizes does not judge memory, which is committed of those of the card; its command says what was run', async () => {
    const other = await report('--backend', 'ort-node/cpu', '--batch', '3', '--threads', '2');
    expect(other.verdicts.map(({ metric }) => metric)).not.toContain('memory');
    expect(other.cases[0]).toMatchObject({ batch: 3, memory: { verdict: 'skipped', peakBytes: expect.any(Number) } });
    expect(other.command).toBe('onpar compare linear --backend ort-node/cpu --threads 2 --batch 3 --json');
  });

  test("shows the runtime's default threads beside one thread, at the smallest batch, as an advisory row of one process", async () => {
    const { cases } = await report('--backend', 'ort-node/cpu');
    expect(cases.map(({ batch, threads }) => [batch, threads])).toEqual([
      [1, 1],
      [4, 1],
      [1, 0],
    ]);
    const advisory = cases.at(-1)?.latency;
    expect(advisory).toMatchObject({ interval: null, processes: 1, gated: false });
    expect(advisory?.steady).toBeGreaterThan(0);
  });

  test('measures with the threads that were asked for; with the default ones no row stands beside them', async () => {
    const two = await report('--backend', 'ort-node/cpu', '--batch', '1', '--threads', '2');
    expect(two.cases.map(({ threads, latency }) => [threads, latency.steady !== null])).toEqual([
      [2, true],
      [0, true],
    ]);
    const zero = await report('--backend', 'ort-node/cpu', '--batch', '1', '--threads', '0');
    expect(zero.cases.map(({ threads, latency }) => [threads, latency.processes > 1])).toEqual([[0, true]]);
  });

  test('takes a model on demand only where it is named; that nothing is committed of it is no fault, not even in CI', async () => {
    const own = newProject();
    own.card('linear');
    own.card('big', { onDemand: true });
    const compare = async (...words: readonly string[]): Promise<readonly (string | number | null)[]> => {
      const args = ['compare', ...words, '--backend', 'ort-node/cpu', '--batch', '1', '--json'];
      const { code, stdout } = await onparIn(own.root)(args, { CI: '1' });
      return [code, ...new Set((JSON.parse(stdout) as Report).cases.map(({ model }) => model))];
    };
    expect(await compare('big')).toEqual([0, 'big']);
    // A new case of the suite is red in CI.
    expect(await compare()).toEqual([1, 'linear']);
    expect(await compare('float32')).toEqual([1, 'linear']);
    own.put('fixtures/models/big/model.onnx', 'not what the card says');
    const { stdout } = await onparIn(own.root)(['compare', 'big', '--backend', 'ort-node/cpu']);
    expect(stdout).toContain('replay   npx onpar compare big/float32 --backend ort-node/cpu');
    expect(stdout).not.toContain('accept');
    own.remove();
  });

  test('makes an artifact from one that was not asked for', async () => {
    const own = newProject();
    const python = join(own.root, 'python');
    writeFileSync(python, '#!/bin/sh\n[ "$1" = -c ] || cp "$3" "$4"\n');
    chmodSync(python, 0o755);
    const { artifacts } = (await readModel(own.card('big'))).card;
    const { float32 } = artifacts as Record<'float32', Artifact>;
    const made = {
      ...float32,
      files: float32.files.map((file) => ({ ...file, path: 'copy.onnx', recipe: { convert: 'float16' } })),
    };
    own.card('big', { artifacts: { float32, copy: { ...made, parent: 'float32' } } });
    const args = ['compare', 'big/copy', '--backend', 'ort-node/cpu', '--batch', '1', '--json'];
    const { stdout } = await onparIn(own.root)(args, { ONPAR_PYTHON: python, XDG_CACHE_HOME: join(own.root, 'cache') });
    expect((JSON.parse(stdout) as Report).cases[0]?.parity.verdict).toBe('match');
    own.remove();
  });

  test.each([
    [['linaer'], 'did you mean linear?'],
    [['linear', 'int8'], "unknown model 'linear int8'"],
    [['--backend', 'ort-web/wsam'], 'did you mean ort-web/wasm?'],
    [['--batch', 'many'], 'is no whole number'],
    [['linear', '--quantized'], '--quantized: is for files, and none was given'],
    [['linear', '--only', 'parity'], '--only: is for files'],
    [['linear', '--inputs', 'x.npz'], '--inputs: is for files'],
    [['linear', '--batch', '1..4', '--range', 'x=0:1'], '--range: is for files'],
  ])('refuses %j', async (args, words) => {
    const { code, stdout, stderr } = await onpar(['compare', ...args]);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('refuses an altered artifact by red verdicts that name the file, with nothing run', async () => {
    const altered = newProject();
    altered.card('linear');
    altered.put('fixtures/models/linear/model.onnx', 'not what the card says');
    const { code, stdout } = await onparIn(altered.root)([
      'compare',
      'linear',
      '--backend',
      'ort-node/cpu',
      '--batch',
      '1',
    ]);
    altered.remove();
    expect(code).toBe(1);
    expect(stdout).toContain('refused');
    expect(stdout).toContain('model.onnx');
  });
});
