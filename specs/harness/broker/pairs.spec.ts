import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { findBackend } from '../../../src/backends/registry.ts';
import { ProcessPair, shapeFor } from '../../../src/broker/pairs.ts';
import type { Contestant, Contestants, PairShape } from '../../../src/broker/pairs.ts';
import { Workers } from '../../../src/broker/workers.ts';
import { modelOf, readProject } from '../../../src/cases/project.ts';
import { feedsOf } from '../../../src/models/feeds.ts';
import { readReference } from '../../../src/models/reference.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import { InvalidSample } from '../../../src/stats/sample.ts';
import { tailCalls } from '../../../src/stats/visit.ts';
import { Worker } from '../../../src/workers/worker.ts';
import { faulty } from '../support/faulty.ts';

const root = new URL('../../..', import.meta.url).pathname;
const project = await readProject(root, {});
const model = modelOf(project, 'tiny-text');
const artifact = model.card.artifacts['float32']!;
const reference = await readReference(model);
const backend = await findBackend('ort-node/cpu');
const arm: Contestant = {
  backend,
  options: { root, threads: 1, core: null, deadline: 20 },
  path: `${model.folder}/model.onnx`,
  feeds: feedsOf(model.card, artifact, reference!.inputs, 0, 1),
};
const shape: PairShape = { calls: 3, blocks: 8, warmup: 2, reopen: true };

/** One pair of fresh processes, which end with it. */
async function takePair(arms: Contestants, seed: number): Promise<Pair> {
  const processes = new ProcessPair(workers, arms, randomFrom(seed));
  try {
    return await processes.take(arms, shape, 7);
  } finally {
    await processes.close();
  }
}

let workers: Workers;
beforeEach(() => void (workers = new Workers()));
afterEach(() => workers.close());
const living = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
const expectNoneLiving = (): Promise<void> => vi.waitFor(() => expect(living()).toBe(0));
afterAll(expectNoneLiving);

describe('the shape of a pair', () => {
  test.each([
    [0.000_01, 0.01, false, { calls: 200, blocks: 12, warmup: 4, reopen: true }],
    [0.001, 0.02, false, { calls: 16, blocks: 12, reopen: true }],
    [0.002, 0.02, false, { calls: 8, blocks: 12, reopen: true }],
    [0.01, 0.02, false, { calls: 3, blocks: 6, reopen: true }],
    [0.01, 0.5, false, { calls: 3, blocks: 6, reopen: false }],
    [0.5, 0.1, false, { calls: 3, blocks: 4, reopen: true }],
    [0.003, 0.02, true, { calls: 6, blocks: 12, warmup: 200, reopen: false }],
  ])('of calls of %f s whose model opens in %f s, compiled while it runs: %s', (call, load, jit, expected) => {
    expect(shapeFor(call, load, jit)).toMatchObject(expected);
  });

  test('always has enough calls of an arm for a word on the tail', () => {
    for (let call = 1e-5; call < 100; call *= 1.1) {
      const { calls, blocks } = shapeFor(call, 0.1, false);
      expect(2 * calls * blocks).toBeGreaterThanOrEqual(tailCalls);
    }
  });

  test('leaves the graphs of both arms to be asked for, in fresh processes as well', async () => {
    const arms = { base: arm, ours: arm };
    const processes = new ProcessPair(workers, arms, randomFrom(1));
    const kernels = await processes.kernels(arms);
    await processes.close();
    expect(Object.keys(kernels!.base).length).toBeGreaterThan(0);
    expect(kernels!.ours).toEqual(kernels!.base);
  });

  test('is found by looking at a process', async () => {
    const arms = { base: arm, ours: arm };
    const processes = new ProcessPair(workers, arms, randomFrom(1));
    const { calls, blocks, warmup } = await processes.shape(arms);
    await processes.close();
    expect(calls).toBeGreaterThanOrEqual(3);
    expect(blocks).toBeGreaterThanOrEqual(4);
    expect(warmup).toBeGreaterThanOrEqual(1);
    await expectNoneLiving();
  });

  test.each([
    ['gets quicker after 0.9 s', 0.9, 0.003],
    ['never gets quicker', Infinity, 0.03],
  ])('is that of the last speed, of either arm that is compiled while it runs and %s', async (_, after, expected) => {
    let begin: number | undefined;
    const sample = vi.spyOn(Worker.prototype, 'sample').mockImplementation(async (_feeds, _warmup, calls) => {
      begin ??= performance.now();
      await setTimeout(20);
      const seconds = (performance.now() - begin) / 1e3 < after ? 0.03 : 0.003;
      return { samples: Array.from({ length: calls }, () => seconds), overhead: 0, wallPerCall: seconds, peakBytes: 1 };
    });
    const compiling = { ...arm, backend: { ...backend, jit: true } };
    for (const arms of [
      { base: compiling, ours: compiling },
      { base: arm, ours: compiling },
    ]) {
      begin = undefined;
      const processes = new ProcessPair(workers, arms, randomFrom(1));
      expect(await processes.shape(arms)).toEqual(shapeFor(expected, 0, true));
      await processes.close();
    }
    sample.mockRestore();
    await expectNoneLiving();
  });
});

describe('a pair', () => {
  test('has blocks of four visits in seconds, in both orders, from two processes that are gone afterwards', async () => {
    const { pair, blocks } = await takePair({ base: arm, ours: arm }, 2);
    expect(pair).toBe(7);
    expect(blocks).toHaveLength(8);
    expect(new Set(blocks.map(({ order }) => order))).toEqual(new Set(['ABBA', 'BAAB']));
    for (const { visits } of blocks) {
      expect(visits.map((visit) => visit.length)).toEqual([3, 3, 3, 3]);
      expect(visits.flat().every((seconds) => seconds > 0 && seconds < 1)).toBe(true);
    }
    await expectNoneLiving();
  });

  test('warms up in turns that are drawn', async () => {
    const first = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const warmed: string[] = [];
      const start = ({ id }: Backend): Pick<Worker, 'open' | 'sample' | 'close'> => ({
        open: async () => ({ seconds: 0.01, binding: 'cpu', inputs: [], outputs: [] }) as never,
        sample: async (_feeds, warmup, calls) => {
          if (warmup === 50) warmed.push(id);
          return { samples: Array.from({ length: calls }, () => 0.01), overhead: 0, wallPerCall: 0.01, peakBytes: 1 };
        },
        close: async () => undefined,
      });
      const arms = {
        base: { ...arm, backend: { ...backend, id: 'a/base' } },
        ours: { ...arm, backend: { ...backend, id: 'a/ours' } },
      };
      const processes = new ProcessPair({ start } as unknown as Workers, arms, randomFrom(seed));
      await processes.take(arms, { ...shape, warmup: 50 }, 0);
      expect(warmed.toSorted()).toEqual(['a/base', 'a/ours']);
      first.add(warmed[0]!);
    }
    expect(first.size).toBe(2);
  });

  test.each(['base', 'ours'] as const)('whose %s crashes rejects and leaves no process behind', async (which) => {
    const arms = { base: arm, ours: arm, [which]: { ...arm, backend: faulty(backend, 'SIGSEGV@sample') } };
    const processes = new ProcessPair(workers, arms, randomFrom(1));
    await expect(processes.take(arms, shape, 0)).rejects.toMatchObject({ kind: 'crashed' });
    expect(processes.failed).toBe(which);
    await processes.close();
    await expectNoneLiving();
  });

  test.each([
    ['clock-back', 'base', /the clock stepped back between two calls/],
    ['clock-back', 'ours', /the clock stepped back between two calls/],
    ['clock-still', 'ours', /the clock stepped back or stood still: a call took 0 s/],
  ] as const)(
    'with a %s in %s rejects and says so: no such sample comes near a verdict',
    async (fault, which, words) => {
      const bad = { ...arm, backend: faulty(backend, `${fault}@sample`) };
      const arms = { base: arm, ours: arm, [which]: bad };
      const processes = new ProcessPair(workers, arms, randomFrom(1));
      await expect(processes.take(arms, shape, 0)).rejects.toThrow(words);
      expect(processes.failed).toBe(which);
      await processes.close();
      await expectNoneLiving();
    },
  );

  test.each([Number.NaN, Infinity, -1e-3, 0, null])('with a sample of %s rejects', async (value) => {
    const sample = vi
      .spyOn(Worker.prototype, 'sample')
      .mockResolvedValue({ samples: [1e-3, value as number], overhead: 0, wallPerCall: 1e-3, peakBytes: 1 });
    const processes = new ProcessPair(workers, { base: arm, ours: arm }, randomFrom(1));
    await expect(processes.take({ base: arm, ours: arm }, shape, 0)).rejects.toThrow(InvalidSample);
    await expect(processes.shape({ base: arm, ours: arm })).rejects.toThrow(InvalidSample);
    sample.mockRestore();
    await processes.close();
    await expectNoneLiving();
  });

  test('tells a version that does more work from one that does not, whichever arm it is', async () => {
    const rows = (count: number): Contestant => ({
      ...arm,
      feeds: feedsOf(model.card, artifact, reference!.inputs, 0, count),
    });
    const ratios = async (base: Contestant, ours: Contestant): Promise<number> => {
      const { blocks } = await takePair({ base, ours }, 2);
      const least = (letter: string): number =>
        Math.min(...blocks.flatMap(({ order, visits }) => visits.filter((_, index) => order[index] === letter).flat()));
      return least('B') / least('A');
    };
    expect(await ratios(rows(1), rows(8))).toBeGreaterThan(1.5);
    expect(await ratios(rows(8), rows(1))).toBeLessThan(1 / 1.5);
  });
});
