import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/broker/broker.ts';
import type { VersionedCase } from '../../../src/broker/versions.ts';
import { readProject } from '../../../src/cases/project.ts';
import type { Pairing } from '../../../src/judge/steady.ts';
import { Pairings } from '../../../src/run/pairings.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { commit, git } from '../base/repository.ts';
import { drawPairs } from '../support/noise.ts';
import { linearModel } from '../support/onnx.ts';
import { newProject, weights } from '../support/project.ts';

const project = newProject();
const subject = {
  metric: 'latency',
  model: 'linear',
  artifact: 'float32',
  backend: 'ort-node/cpu',
  batch: 1,
  threads: 1,
  images: null,
};
const asked: VersionedCase[] = [];
/** Pairs of the anchor are slower by 5 %, others are not. */
const broker = {
  pairs: async (contests: readonly VersionedCase[]) => {
    asked.push(...contests);
    return new Map(
      contests.map(({ name }, index) => {
        const factor = name.endsWith('anchor') ? 1.05 : 1;
        const [pairs, confirming] = [8, 10].map((count) => drawPairs(randomFrom(index + 1), count, { factor }));
        const kernels = { base: { 'CPU Gemm': 1 }, ours: { 'CPU Gemm': 1, 'CPU Add': 1 } };
        return [
          name,
          { ok: true, pairs, confirming: factor > 1 ? confirming : [], unconfirmed: null, pinned: true, kernels },
        ];
      }),
    );
  },
} as unknown as Broker;

/** Three commits, each with another model: v1, the one before, and the last one. */
beforeEach(() => {
  asked.length = 0;
  told.length = 0;
  for (const scale of [1, 2, 3]) {
    const model = project.put(
      'fixtures/models/linear/scaled.onnx',
      linearModel(
        4,
        3,
        weights.map((value) => value * scale),
      ),
    );
    project.card('linear', { artifacts: { float32: { format: 'onnx', precision: 'float32', files: [model] } } });
    if (scale === 1) git(project.root, 'init', '--quiet', '--initial-branch', 'main');
    commit(project.root, { '.gitignore': '.onpar/\nnode_modules/\n', 'package.json': '{}' });
    if (scale === 1) git(project.root, 'tag', '--force', 'v1');
  }
  project.put('node_modules/onnxruntime-node/package.json', '{"name":"onnxruntime-node","version":"1.0.0"}');
});
afterEach(() => project.remove());

const told: string[] = [];

async function pair(env: Record<string, string>): Promise<readonly Pairing[]> {
  const read = await readProject(project.root, env);
  const options = {
    project: read,
    broker,
    env,
    fingerprint: 'epyc-2c',
    blessed: null,
    tell: (line: string) => void told.push(line),
  };
  return new Pairings(options).of(subject);
}
const sentences = (pairing: Pairing | undefined): string =>
  pairing?.kind === 'paired' ? pairing.judgement.sentences.join('\n') : '';

describe('a case', () => {
  test('is paired with the base and with the anchor, as one suite, and each says which one it is', async () => {
    const [base, anchor, ...others] = await pair({ ONPAR_BASE: 'HEAD^', ONPAR_ANCHOR: 'v1' });
    expect(others).toEqual([]);
    expect(base).toMatchObject({ kind: 'paired', judgement: { verdict: 'steady' } });
    expect(anchor).toMatchObject({ kind: 'paired', judgement: { verdict: 'slower' } });
    expect(sentences(base)).toMatch(/against HEAD\^@\w+ [^]*differs from HEAD\^@\w+ in the artifact/);
    expect(sentences(anchor)).toMatch(/slower by [45].* than v1@\w+ [^]*differs from v1@\w+ in the artifact/);
    expect(sentences(anchor)).toContain('\noptimized graph: 1 -> 2 nodes (+1 Add)\n');
    expect(sentences(base)).not.toContain('optimized graph');
    expect(sentences(anchor)).toMatch(/replay the gate: npx onpar gate replay \S+~anchor\.jsonl --control /);
    expect(asked.map(({ name }) => name.replace(/^.* /, ''))).toEqual([
      'linear/float32/ort-node/cpu/b1/t1',
      'anchor',
      'control',
    ]);
  });

  test('is paired with the anchor alone where there is no base', async () => {
    const [base, anchor] = await pair({ ONPAR_BASE: 'none', ONPAR_ANCHOR: 'v1' });
    expect(base).toEqual({ kind: 'none', reason: 'ONPAR_BASE is none', mendable: false });
    expect(anchor).toMatchObject({ kind: 'paired', judgement: { verdict: 'slower' } });
  });

  test('is paired once where both are one commit', async () => {
    git(project.root, 'tag', '--force', 'v2', 'HEAD^');
    expect(await pair({ ONPAR_BASE: 'HEAD^', ONPAR_ANCHOR: 'v2' })).toHaveLength(1);
  });

  test('is not the same as itself: a base that is what is checked out was meant to be another, and that is said', async () => {
    expect(await pair({ ONPAR_BASE: 'main' })).toEqual([
      { kind: 'none', reason: expect.stringMatching(/^main@\w+ is what is checked out, .*auto$/), mendable: true },
    ]);
    // What is not committed is compared with what is.
    project.put('package.json', '{"private":true}');
    expect(await pair({ ONPAR_BASE: 'main' })).toMatchObject([{ kind: 'same' }]);
  });

  test('is the same as an anchor from which nothing differs', async () => {
    expect(await pair({ ONPAR_BASE: 'HEAD^', ONPAR_ANCHOR: 'HEAD' })).toMatchObject([
      { kind: 'paired' },
      { kind: 'same', against: expect.stringMatching(/^HEAD@/) },
    ]);
  });

  test('is paired with the version before where nobody names one', async () => {
    const [base, ...others] = await pair({});
    expect(others).toEqual([]);
    expect(sentences(base)).toMatch(/differs from HEAD\^@\w+ in the artifact/);
  });

  test('is told at once, and with the verdict, where the version before does not build', async () => {
    const [pairing] = await pair({ ONPAR_BASE_BUILD: 'exit 3' });
    expect(pairing).toMatchObject({ kind: 'none', mendable: true });
    expect(told.filter((line) => line.startsWith('nothing to pair with: '))).toEqual([
      expect.stringContaining('does not build'),
    ]);
  });

  test('is told nothing where it is in order that there is none', async () => {
    await pair({ ONPAR_BASE: 'none' });
    expect(told).toEqual([]);
  });

  test('is not paired where none is wanted', async () => {
    expect(await pair({ ONPAR_BASE: 'none' })).toEqual([
      { kind: 'none', reason: 'ONPAR_BASE is none', mendable: false },
    ]);
    expect(asked).toEqual([]);
  });

  test('has no verdict where the anchor is not there: bad input', async () => {
    await expect(pair({ ONPAR_BASE: 'HEAD^', ONPAR_ANCHOR: 'v9' })).rejects.toThrow(
      "ONPAR_ANCHOR: 'v9' is no commit of this repository and no folder",
    );
  });
});
