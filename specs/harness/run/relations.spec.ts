import { afterAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/broker/broker.ts';
import type { Measured } from '../../../src/broker/measurement.ts';
import type { PairsTaken } from '../../../src/broker/rounds.ts';
import type { Case, Relation } from '../../../src/cases/case.ts';
import { readProject } from '../../../src/cases/project.ts';
import { judgeRelation } from '../../../src/judge/relation.ts';
import type { RelationTarget } from '../../../src/judge/relation.ts';
import { measureRelation } from '../../../src/run/relations.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { drawPairs } from '../support/noise.ts';
import { linearModel } from '../support/onnx.ts';
import { newProject, weights } from '../support/project.ts';

const made = newProject();
afterAll(() => made.remove());
const file = made.put('fixtures/models/linear/model.onnx', linearModel(4, 3, weights));
made.card('linear', {
  artifacts: {
    float32: { format: 'onnx', precision: 'float32', files: [file] },
    int8: { format: 'onnx', precision: 'int8', files: [file], parent: 'float32' },
    float16: { format: 'onnx', precision: 'float16', files: [file], parent: 'float32' },
  },
  batches: [1, 8, 32],
  relations: { batching: [{ case: 'float32/ort-node/cpu', knee: 8, gain: [2, 4] }] },
});
const project = await readProject(made.root, {});

type Fakes = Partial<Record<'files' | 'accuracy' | 'latency', (subject: Case) => object>> & {
  readonly pairs?: (seed: number) => PairsTaken;
  readonly missing?: string;
  readonly broken?: string;
};

const subject = (relation: Relation, parts: Partial<Case> = {}): Case => ({
  metric: 'relation',
  model: 'linear',
  artifact: 'int8',
  backend: null,
  batch: null,
  threads: 1,
  images: null,
  ...parts,
  relation,
});

function measure(asked: Case, fakes: Fakes): Promise<Measured<RelationTarget>> {
  const taken = (name: 'files' | 'accuracy' | 'latency') => async (of: Case) => fakes[name]?.(of);
  const broker = {
    files: taken('files'),
    accuracy: taken('accuracy'),
    latency: taken('latency'),
    availability: async ({ id }: { id: string }) =>
      id === fakes.missing || id === fakes.broken
        ? {
            available: false,
            reason: 'not installed',
            bring: 'npm install',
            broken: id === fakes.broken ? 'crashed' : null,
          }
        : { available: true, version: '1', provider: 'cpu' },
    pairs: async (contests: readonly { name: string }[]) =>
      new Map(contests.map(({ name }, seed) => [name, fakes.pairs?.(name === 'control' ? -1 : seed)])),
  };
  return measureRelation(asked, {
    project,
    broker: broker as unknown as Broker,
    fingerprint: 'epyc-2c',
    tell: () => undefined,
  });
}

const judge = async (asked: Case, fakes: Fakes): Promise<{ verdict: string; sentences: readonly string[] }> => {
  const measured = await measure(asked, fakes);
  return measured.ok
    ? judgeRelation(measured.value, undefined)
    : { verdict: measured.failure.kind, sentences: [measured.failure.reason] };
};

const ok = (value: unknown): object => ({ ok: true, value });

describe('size', () => {
  const bytes = (own: number): Fakes => ({ files: ({ artifact }) => ok(artifact === 'float32' ? 10_000 : own) });
  const of = (artifact: string): Case => subject({ kind: 'size', than: 'float32' }, { artifact });

  test.each([
    ['int8', 3_000, 'held'],
    ['int8', 3_001, 'regressed'],
    ['float16', 5_500, 'held'],
    ['float16', 5_501, 'regressed'],
  ])('of %s with %d of 10,000 bytes is %s', async (artifact, own, verdict) => {
    expect((await judge(of(artifact), bytes(own))).verdict).toBe(verdict);
  });

  test('names both sides, the figure and the bound', async () => {
    expect((await judge(of('int8'), bytes(4_000))).sentences).toEqual([
      'broken: int8 has 4000 bytes, float32 10000 bytes: 0.4 of it (at most 0.3)',
    ]);
  });

  test('of a file that was refused is refused as it was', async () => {
    const failure = { kind: 'refused', reason: 'is empty', missing: null };
    expect(await measure(of('int8'), { files: () => ({ ok: false, failure }) })).toEqual({ ok: false, failure });
  });
});

describe('right answers', () => {
  const right = (own: number): Fakes => ({
    accuracy: ({ artifact }) => ok({ n: 1_000, correct: artifact === 'float32' ? 800 : own }),
  });
  const asked = subject({ kind: 'accuracy', than: 'float32' }, { backend: 'ort-node/cpu', images: 1_000 });

  test.each([
    [795, 'held'],
    [794, 'regressed'],
    [805, 'held'],
    [806, 'regressed'],
  ])('%d of 1,000 against 800 is %s: half a point, both ways', async (own, verdict) => {
    expect((await judge(asked, right(own))).verdict).toBe(verdict);
  });

  test('are told in points', async () => {
    expect((await judge(asked, right(790))).sentences[0]).toContain(
      'int8 is right 790 times, float32 800 times of 1000: -1 points (within 0.5 points)',
    );
  });

  test('of a network that is never right are undecided', async () => {
    const never = (own: number): Fakes => ({
      accuracy: ({ artifact }) => ok({ n: 1_000, correct: artifact === 'float32' ? 0 : own }),
    });
    expect((await judge(asked, never(6))).verdict).toBe('inconclusive');
  });
});

describe('speed', () => {
  const asked = subject(
    { kind: 'speed', than: 'float32/ort-web/wasm' },
    { artifact: 'float32', backend: 'ort-node/cpu', batch: 1 },
  );
  const factor = (by: number, count = 8): Fakes => ({
    pairs: (seed) => ({
      ok: true,
      pairs: drawPairs(randomFrom(seed + 2), count, { factor: seed < 0 ? 1 : by }),
      confirming: seed >= 0 && by > 1.01 ? drawPairs(randomFrom(7), 10, { factor: by }) : [],
      unconfirmed: null,
      pinned: true,
      kernels: null,
    }),
  });

  test('that is surely lower is broken, and says how it was taken', async () => {
    const { verdict, sentences } = await judge(asked, factor(1.2));
    expect(verdict).toBe('regressed');
    expect(sentences[0]).toMatch(
      /^broken: float32\/ort-node\/cpu takes 1\.\d+ of the time of float32\/ort-web\/wasm \[.*10 process pairs; replay: npx onpar gate replay .*\(not slower\)$/,
    );
  });

  test.each([0.5, 1])('with %d of the time holds', async (by) => {
    expect((await judge(asked, factor(by, 20))).verdict).toBe('held');
  });

  test.each(['crashed', 'timed-out', 'refused'] as const)('of a side that %s is that, not left out', async (kind) => {
    const failure = { kind, reason: 'SIGSEGV', missing: null };
    expect(await measure(asked, { pairs: () => ({ ok: false, failure, arm: 'base' }) })).toEqual({
      ok: false,
      failure: { kind, reason: 'float32/ort-web/wasm: SIGSEGV', missing: null },
    });
  });

  test('follows the gate: slower in the tail alone is broken, and told of the tail', async () => {
    const tailed = (seed: number, count: number) =>
      drawPairs(randomFrom(seed), count, { call: (random, arm) => (arm === 'B' && random() < 0.08 ? 2 : 1) });
    const { verdict, sentences } = await judge(asked, {
      pairs: (seed) => ({
        ok: true,
        pairs: seed < 0 ? drawPairs(randomFrom(1), 8) : tailed(3, 20),
        confirming: seed < 0 ? [] : tailed(4, 10),
        unconfirmed: null,
        pinned: true,
        kernels: null,
      }),
    });
    expect({ verdict, first: sentences[0] }).toEqual({
      verdict: 'regressed',
      first: expect.stringMatching(
        /^broken: .* takes 1\.\d+ of the time of float32\/ort-web\/wasm in its slowest tenth \[/,
      ),
    });
  });

  test('is undecided where the gate is: what was not as sure with fresh pairs is not broken', async () => {
    const { verdict, sentences } = await judge(asked, {
      pairs: (seed) => ({
        ok: true,
        pairs: drawPairs(randomFrom(seed + 2), 8, { factor: seed < 0 ? 1 : 1.2 }),
        confirming: [],
        unconfirmed: { kind: 'crashed', reason: 'SIGSEGV', missing: null },
        pinned: true,
        kernels: null,
      }),
    });
    expect(verdict).toBe('inconclusive');
    expect(sentences[0]).toContain('died while this was being confirmed');
  });

  test('of a side that is not here names the backend that ONPAR_REQUIRE can demand', async () => {
    const failure = { kind: 'unavailable', reason: 'gone', missing: null } as const;
    const missingOf = async (missing: string | null): Promise<unknown> =>
      measure(asked, { pairs: () => ({ ok: false, failure: { ...failure, missing }, arm: 'ours' }) });
    expect(await missingOf(null)).toMatchObject({ failure: { kind: 'unavailable', missing: 'ort-node/cpu' } });
    // The card has no reference to feed it with.
    expect(await missingOf('linear')).toMatchObject({ failure: { kind: 'unavailable', missing: 'linear' } });
  });

  test('of a backend whose runtime dies while it loads is crashed', async () => {
    expect(await measure(asked, { broken: 'ort-web/wasm' })).toMatchObject({ failure: { kind: 'crashed' } });
  });

  test('is undecided where the base differs from itself', async () => {
    const shaken: Fakes = {
      pairs: (seed) => ({
        ok: true,
        pairs: drawPairs(randomFrom(seed + 2), 8, { factor: 1.2 }),
        confirming: drawPairs(randomFrom(7), 10, { factor: 1.2 }),
        unconfirmed: null,
        pinned: true,
        kernels: null,
      }),
    };
    expect((await judge(asked, shaken)).verdict).toBe('inconclusive');
  });

  test('is not here where one side is not', async () => {
    expect(await judge(asked, { ...factor(1), missing: 'ort-web/wasm' })).toMatchObject({
      verdict: 'unavailable',
      sentences: [expect.stringContaining('ort-web/wasm: not installed')],
    });
  });
});

describe('batching', () => {
  /** Seconds a call, by batch, of processes that differ by a fifth. */
  const calls = (one: number, eight: number, thirtyTwo: number, waiting: number | null = 0.01): Fakes => {
    const processes = [1, 1.05, 1.1, 1.15, 1.2, 1.08, 1.02];
    const batches = Object.entries({ 1: one, 8: eight, 32: thirtyTwo }).map(([batch, seconds]) => ({
      batch: Number(batch),
      steady: processes.map((slow, at) => seconds * slow * (1 + 0.002 * (at % 3))),
    }));
    return { latency: () => ok({ batches, waiting }) };
  };
  const of = (kind: 'knee' | 'gain'): Case => subject({ kind }, { artifact: 'float32', backend: 'ort-node/cpu' });

  test('whose knee lies where the card says holds', async () => {
    // 100, 300 and 310 inputs a second.
    expect((await judge(of('knee'), calls(0.01, 8 / 300, 32 / 310))).verdict).toBe('held');
    expect((await judge(of('gain'), calls(0.01, 8 / 300, 32 / 310))).verdict).toBe('held');
  });

  test('whose knee lies beyond is broken', async () => {
    const { verdict, sentences } = await judge(of('knee'), calls(0.01, 8 / 300, 32 / 390));
    expect(verdict).toBe('regressed');
    expect(sentences[0]).toMatch(
      /greatest throughput of batches 1, 8, 32 is 1\.3 times that at batch 8 .*7 fresh processes \(knee at most 8\)$/,
    );
  });

  test('is undecided where others kept it from its core, which long calls feel more', async () => {
    const busy = await judge(of('knee'), calls(0.01, 8 / 300, 32 / 390, 0.4));
    expect(busy).toMatchObject({
      verdict: 'inconclusive',
      sentences: ['others kept it from its core for 40 % of its time', expect.any(String)],
    });
    expect((await judge(of('knee'), calls(0.01, 8 / 300, 32 / 390, null))).verdict).toBe('regressed');
  });

  test.each([
    ['less', 180],
    ['more', 450],
  ])('that gains %s than promised is broken', async (_, rate) => {
    expect((await judge(of('gain'), calls(0.01, 8 / rate, 32 / rate))).verdict).toBe('regressed');
  });
});
