import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** The runtime's package under another version, whose every call does this share of its work once more. */
function installSlowRuntime(share: number): void {
  const folder = stranger.path('node_modules/onnxruntime-node');
  renameSync(folder, `${folder}-away`);
  mkdirSync(folder);
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: 'onnxruntime-node', version: '9.9.9' }));
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

function restoreRuntime(): void {
  const folder = stranger.path('node_modules/onnxruntime-node');
  rmSync(folder, { recursive: true });
  renameSync(`${folder}-away`, folder);
}

const latencyOf = (): any =>
  stranger.json('.onpar/report.json').verdicts.find((verdict: any) => verdict.metric === 'latency');

describe('against the version before', () => {
  test('is steady without measuring where nothing that it runs on differs', () => {
    commit(stranger.root, { 'notes.md': 'words only' });
    const { status } = run();
    expect(status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'steady' });
    expect(latencyOf().sentences.join()).toContain('artifact, packages and backend are those of HEAD^@');
    expect(git(stranger.root, 'status', '--porcelain')).toBe('');
  });

  test('is unbaselined, with the reason, where there is none', () => {
    expect(run({ ONPAR_BASE: 'none' }).status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'unbaselined' });
    expect(latencyOf().sentences.join()).toContain('not paired with a base version: ONPAR_BASE is none');
  });

  test('is bad input where the base that was named is not there', () => {
    const { status, output } = run({ ONPAR_BASE: 'no-such-branch' });
    expect(output).toContain("ONPAR_BASE: 'no-such-branch' is no commit of this repository and no folder");
    expect(status).toBe(2);
  });

  test('is red where the runtime does a third more work, says how much, how sure and how to replay it; and green again without', () => {
    installSlowRuntime(0.35);
    const slow = run({ ONPAR_BASE: base.root });
    expect(slow.output).toMatch(/slower by \d+ % \[\d+, \d+\] than .* \(\d+ process pairs, false alarm <= 1 %\)/);
    expect(slow.output).toMatch(/differs in onnxruntime-node \d.* -> 9\.9\.9/);
    expect(slow.status).toBe(1);
    const { paired } = latencyOf();
    expect(paired.interval.low).toBeGreaterThan(1.005);
    expect(paired.ratio).toBeGreaterThan(paired.interval.low);
    expect(paired.pairs).toBeGreaterThanOrEqual(8);
    expect(paired.visible).toBeGreaterThan(0);
    const [, trace = ''] = /npx onpar gate replay (\S+)/.exec(slow.output) ?? [];
    const replayed = stranger.onpar(['gate', 'replay', trace, '--json']);
    expect(JSON.parse(replayed.output)).toMatchObject({ verdict: 'slower' });
    expect(replayed.status).toBe(1);
    expect(readFileSync(stranger.path(trace), 'utf8').trim().split('\n').length).toBeGreaterThan(8);

    restoreRuntime();
    expect(run({ ONPAR_BASE: base.root }).status).toBe(0);
    expect(latencyOf()).toMatchObject({ verdict: 'steady' });
  });
});
