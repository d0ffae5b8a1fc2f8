import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commit, git } from '../base/repository.ts';
import { makeStranger } from './stranger.ts';
import type { Outcome, Stranger } from './stranger.ts';

/** Latency of a working tree against the version before, on a machine without any committed latency. */
const real = fileURLToPath(new URL('../../../node_modules/onnxruntime-node', import.meta.url));
let stranger: Stranger;
let base: Stranger;
const run = (env: Record<string, string> = {}): Outcome => stranger.test(['specs/latency', '-t', 'latency '], env);

beforeAll(() => {
  stranger = makeStranger();
  base = makeStranger();
  writeFileSync(stranger.path('.gitignore'), 'node_modules/\n.onpar/\n');
  git(stranger.root, 'init', '--quiet', '--initial-branch', 'main');
  commit(stranger.root, {});
});
afterAll(() => {
  stranger.remove();
  base.remove();
});

/** The runtime's package under this version, whose every call does this share of its work once more. Both arms have one: they cost the same. */
function installRuntime(version: string, share: number, at: Stranger): void {
  const folder = at.path('node_modules/onnxruntime-node');
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'onnxruntime-node', version }));
  writeFileSync(
    `${folder}/index.js`,
    `const ort = require(${JSON.stringify(real)});
const create = ort.InferenceSession.create;
ort.InferenceSession.create = async (...model) => {
  const session = await create.apply(ort.InferenceSession, model);
  const run = session.run;
  session.run = async (...feeds) => {
    const start = process.hrtime.bigint();
    const outputs = await run.apply(session, feeds);
    const end = start + BigInt(Math.round(Number(process.hrtime.bigint() - start) * ${1 + share}));
    while (process.hrtime.bigint() < end);
    return outputs;
  };
  return session;
};
module.exports = ort;
`,
  );
}

/** The replay line gives the verdict and the figures that were printed. */
function expectReplayed({ output }: Outcome): void {
  const [, line = ''] = /npx onpar (gate replay \S+ --control \S+)/.exec(output) ?? [];
  const replayed = stranger.onpar([...line.split(' '), '--json']);
  const { verdict, paired } = latencyOf();
  const found = JSON.parse(replayed.output);
  const { pairs, ratio, interval } = paired;
  expect(found).toMatchObject({ verdict, pairs, ratio, interval });
  expect(replayed.status).toBe(1);
}

/** On a machine that others use a run may be undecided, and says so: then one measures again, as a person would. */
function decided(): Outcome {
  for (let runs = 1; ; runs += 1) {
    const outcome = run({ ONPAR_BASE: base.root });
    const { verdict } = latencyOf();
    if ((verdict !== 'inconclusive' && verdict !== 'unfit') || runs === 5) return outcome;
  }
}

const latencyOf = (): any =>
  stranger.json('.onpar/report.json').verdicts.find((verdict: any) => verdict.metric === 'latency');

describe('against the version before', () => {
  test('is steady without measuring where nothing that it runs on differs', () => {
    commit(stranger.root, { 'notes.md': 'words only' });
    writeFileSync(stranger.path('left-over.txt'), 'git does not know it: no version');
    const { status } = run();
    expect(status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'steady' });
    expect(latencyOf().sentences.join()).toContain('artifact, packages and backend are those of HEAD^@');
    expect(git(stranger.root, 'status', '--porcelain')).toBe('?? left-over.txt');
  });

  test('is unbaselined, with the reason, where none is wanted', () => {
    expect(run({ ONPAR_BASE: 'none' }).status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'unbaselined' });
    expect(latencyOf().sentences.join()).toContain('not paired with a base version: ONPAR_BASE is none');
  });

  test.each(['ONPAR_BASE', 'ONPAR_ANCHOR'])('is bad input where the version that %s names is not there', (variable) => {
    const { status, output } = run({ [variable]: 'no-such-branch' });
    expect(output).toContain(`${variable}: 'no-such-branch' is no commit of this repository and no folder`);
    expect(status).toBe(2);
  });

  test('does not touch what a git hook is just committing', () => {
    writeFileSync(
      stranger.path('vitest-hook.sh'),
      '#!/bin/sh\nexec node node_modules/vitest/vitest.mjs run specs/latency -t "latency "\n',
    );
    git(stranger.root, 'add', 'vitest-hook.sh');
    writeFileSync(stranger.path('.git/hooks/pre-commit'), '#!/bin/sh\nONPAR_BASE=HEAD sh vitest-hook.sh\n', {
      mode: 0o755,
    });
    rmSync(stranger.path('.onpar/base'), { recursive: true, force: true });
    writeFileSync(stranger.path('notes.md'), 'other words');
    git(stranger.root, 'commit', '--quiet', '--all', '--message', 'with a hook');
    rmSync(stranger.path('.git/hooks/pre-commit'));
    expect(git(stranger.root, 'show', '--stat', '--format=', 'HEAD')).toContain('notes.md');
    expect(git(stranger.root, 'show', 'HEAD:notes.md')).toBe('other words');
    expect(git(stranger.root, 'show', '--name-only', '--format=', 'HEAD').split('\n').toSorted()).toEqual([
      'notes.md',
      'vitest-hook.sh',
    ]);
  });

  test('is red where the runtime does three per cent more work, says how much, how sure and how to replay it', () => {
    installRuntime('9.9.8', 0, base);
    installRuntime('9.9.9', 0.03, stranger);
    const slow = decided();
    expect(slow.output).toMatch(
      /slower by [\d.]+ % \[[\d.]+, [\d.]+\] than .* \(\d+ process pairs, false alarm <= 1 %\), can see >= [\d.]+ %/,
    );
    expect(slow.output).toMatch(/differs from \S+ in onnxruntime-node 9\.9\.8 -> 9\.9\.9/);
    expect(slow.status).toBe(1);
    const { verdict, paired } = latencyOf();
    expect(verdict).toBe('slower');
    expect(paired.interval.low).toBeGreaterThan(1.005);
    expect(paired.ratio).toBeGreaterThan(paired.interval.low);
    expect(paired.pairs).toBeGreaterThanOrEqual(8);
    expect(paired.visible).toBeGreaterThan(0);
    expectReplayed(slow);
  });

  test('is not red where the runtime is another version that does the same, and is the same again without it', () => {
    installRuntime('9.9.9', 0, stranger);
    const { status, output } = run({ ONPAR_BASE: base.root });
    expect(status, output).toBe(0);
    expect(latencyOf().paired.pairs).toBeGreaterThanOrEqual(8);
    installRuntime('9.9.8', 0, stranger);
    expect(run({ ONPAR_BASE: base.root }).status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'steady' });
    expect(latencyOf().paired).toBeUndefined();
  });
});
