import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import type { Contestant, Contestants } from '../../../src/broker/pairs.ts';
import { takeRounds } from '../../../src/broker/rounds.ts';
import type { Contest, Rule } from '../../../src/broker/rounds.ts';
import { Workers } from '../../../src/broker/workers.ts';
import { randomFrom } from '../../../src/stats/random.ts';
import type { Pair } from '../../../src/trace/pair.ts';
import { WorkerFailure } from '../../../src/workers/worker.ts';

/** What is measured is no concern here: only who is measured, when, and how often. */
const measured = vi.hoisted(() => ({
  taken: [] as string[],
  fails: new Set<string>(),
  /** Names whose runtime dies when it is asked for its graph. */
  mute: new Set<string>(),
  /** Names whose new version the kernel kills, and how often. */
  killed: new Map<string, number>(),
  baseDies: Infinity,
  started: 0,
  living: 0,
  /** Cores of the pairs in the order that they began in, and how many were taken at once. */
  cores: [] as (number | null)[],
  atOnce: 0,
  mostAtOnce: 0,
}));
vi.mock('../../../src/broker/pairs.ts', () => ({
  ProcessPair: class {
    failed: 'base' | 'ours' | null = null;
    readonly #core: number | null;
    constructor(_: Workers, { base, ours }: Contestants) {
      if (base.options.core !== ours.options.core) throw new Error('the arms of a pair share a core');
      this.#core = base.options.core;
      measured.started += 1;
      measured.living += 1;
    }
    #looked = false;
    async shape() {
      this.#looked = true;
      return { calls: 3, blocks: 4, warmup: 0, reopen: true };
    }
    async take({ ours }: { ours: Contestant }, _: unknown, pair: number): Promise<Pair> {
      if (this.#looked) throw new Error('these processes are warmer in one arm than in the other');
      measured.taken.push(ours.path);
      measured.cores.push(this.#core);
      measured.atOnce += 1;
      measured.mostAtOnce = Math.max(measured.mostAtOnce, measured.atOnce);
      await setTimeout(1);
      measured.atOnce -= 1;
      if (measured.taken.length > measured.baseDies) {
        this.failed = 'base';
        throw new WorkerFailure('crashed', 'the base crashed');
      }
      const kills = measured.killed.get(ours.path) ?? 0;
      measured.killed.set(ours.path, kills - 1);
      if (kills > 0) this.failed = 'ours';
      if (kills > 0) throw new WorkerFailure('crashed', 'the worker was killed by SIGKILL');
      if (measured.fails.has(ours.path)) this.failed = 'ours';
      if (measured.fails.has(ours.path)) throw new WorkerFailure('crashed', `${ours.path} crashed`);
      return { pair, blocks: [] };
    }
    #dead = false;
    async kernels({ ours }: { ours: Contestant }) {
      this.#dead ||= measured.mute.has(ours.path);
      if (this.#dead) throw new WorkerFailure('crashed', 'it died while it was asked');
      return { base: { 'CPU Conv': 1 }, ours: { 'CPU Conv': 2 } };
    }
    async close() {
      measured.living -= 1;
    }
  },
}));

const backend = await findBackend('ort-node/cpu');
const web = await findBackend('ort-web/wasm');
const contest = (name: string, on = backend, core: number | null = null): Contest => {
  const arm = { backend: on, options: { root: '.', threads: 1, core, deadline: 1 }, path: name, feeds: {} };
  return { name, base: arm, ours: arm };
};
const a = contest('a');
const b = contest('b');
const c = contest('c');

let workers: Workers;
beforeEach(() => {
  workers = new Workers();
  measured.taken.length = 0;
  measured.fails.clear();
  measured.mute.clear();
  measured.killed.clear();
  measured.baseDies = Infinity;
  measured.started = 0;
  measured.cores.length = 0;
  measured.mostAtOnce = 0;
});
afterEach(async () => {
  if (measured.living !== 0) throw new Error(`${measured.living} pairs of processes still live`);
  await workers.close();
});

const take = (
  contests: readonly Contest[],
  rule: Partial<Rule>,
  seed = 1,
  lanes: readonly number[] = [],
  tell: (line: string) => void = () => undefined,
  graphs = true,
) =>
  takeRounds(contests, {
    workers,
    alone: (body) => body(),
    lanes,
    random: randomFrom(seed),
    ruleOf: () => ({ enough: (pairs) => pairs.length >= 4, suspects: () => false, confirming: 3, ...rule }),
    tell,
    graphs,
  });
const rounds = (size: number): string[][] =>
  Array.from({ length: measured.taken.length / size }, (_, round) =>
    measured.taken.slice(round * size, (round + 1) * size),
  );

describe('rounds', () => {
  test('tell whether both arms of a case were held to a core', async () => {
    const taken = await take([a, contest('held', backend, 1)], {});
    expect([...taken].map(([name, one]) => [name, one.ok && one.pinned])).toEqual([
      ['a', false],
      ['held', true],
    ]);
  });

  test('give every open case one pair, in an order drawn anew', async () => {
    const taken = await take([a, b, c], {});
    for (const round of rounds(3)) expect(round.toSorted()).toEqual(['a', 'b', 'c']);
    expect(new Set(rounds(3).map(String)).size).toBeGreaterThan(1);
    expect([...taken.keys()]).toEqual(['a', 'b', 'c']);
    expect(taken.get('b')).toMatchObject({ ok: true, confirming: [], unconfirmed: null });
    expect((taken.get('b') as unknown as { pairs: Pair[] }).pairs.map(({ pair }) => pair)).toEqual([0, 1, 2, 3]);
  });

  test('draw the same orders from the same seed, and others from another', async () => {
    const orders = async (seed: number): Promise<string> => {
      measured.taken.length = 0;
      await take([a, b, c], {}, seed);
      return String(measured.taken);
    };
    expect(await orders(1)).toBe(await orders(1));
    expect(await orders(1)).not.toBe(await orders(2));
  });

  test('ask the others in new processes where one dies of being asked', async () => {
    measured.mute.add('b');
    for (const seed of [1, 2, 3]) {
      const all = await take([a, b, c], { suspects: () => true }, seed);
      const known = [...all.values()].map((each) => each.ok && each.kernels !== null);
      expect(known).toEqual([true, false, true]);
    }
  });

  test('ask what the runtime made of a suspect, and of nothing else; who dies of that has its pairs all the same', async () => {
    measured.mute.add('b');
    const suspects = (pairs: readonly Pair[]): boolean => pairs.length > 4;
    const enough = (pairs: readonly Pair[]): boolean => pairs.length >= 5;
    const all = await take([a, b], { suspects, enough, confirming: 3 });
    expect(all.get('a')).toMatchObject({ ok: true, kernels: { base: { 'CPU Conv': 1 }, ours: { 'CPU Conv': 2 } } });
    expect(all.get('b')).toMatchObject({ ok: true, kernels: null });
    expect((all.get('b') as unknown as { confirming: Pair[] }).confirming).toHaveLength(3);
    const unasked = await take([a], { suspects, enough, confirming: 3 }, 1, [], undefined, false);
    expect(unasked.get('a')).toMatchObject({ ok: true, kernels: null });
    expect((await take([c], {})).get('c')).toMatchObject({ ok: true, kernels: null });
  });

  test('leave out a case that has enough', async () => {
    const needs: Record<string, number> = { a: 2, b: 5, c: 3 };
    const counts = new Map<readonly Pair[], string>();
    const enough = (pairs: readonly Pair[]): boolean => {
      if (!counts.has(pairs)) counts.set(pairs, ['a', 'b', 'c'][counts.size] ?? '');
      return pairs.length >= (needs[counts.get(pairs) ?? ''] ?? 0);
    };
    await take([a, b, c], { enough });
    expect(measured.taken.toSorted().join('')).toBe('aabbbbbccc');
  });

  test('take fresh pairs of suspects only, counted anew, and keep the first ones apart', async () => {
    let suspect: readonly Pair[] | undefined;
    const suspects = (pairs: readonly Pair[]): boolean => (suspect ??= pairs) === pairs;
    const taken = await take([a, b], { suspects });
    expect(measured.taken.slice(8)).toEqual(['a', 'a', 'a']);
    expect(taken.get('a')).toMatchObject({ pairs: { length: 4 }, confirming: [{ pair: 0 }, { pair: 1 }, { pair: 2 }] });
    expect(taken.get('b')).toMatchObject({ pairs: { length: 4 }, confirming: [] });
  });

  test('go on without a case whose worker died, and say how', async () => {
    measured.fails.add('b');
    const taken = await take([a, b], {});
    expect(measured.taken.filter((name) => name === 'b')).toHaveLength(1);
    expect(taken.get('b')).toEqual({
      ok: false,
      failure: { kind: 'crashed', reason: 'b crashed', missing: null },
      arm: 'ours',
    });
    expect(taken.get('a')).toMatchObject({ ok: true });
  });

  test('keep a suspicion whose base dies while it is confirmed, and how it died', async () => {
    measured.baseDies = 5;
    const taken = await take([a], { suspects: () => true });
    expect(taken.get('a')).toMatchObject({
      ok: true,
      pairs: { length: 4 },
      confirming: [],
      unconfirmed: { kind: 'crashed', reason: 'the base crashed' },
    });
  });

  test('have none of a case whose base dies before anything was suspected, or whose new version dies', async () => {
    measured.baseDies = 2;
    expect((await take([a], { suspects: () => true })).get('a')).toMatchObject({ ok: false, arm: 'base' });
    measured.baseDies = Infinity;
    const suspects = (): boolean => {
      measured.fails.add('a');
      return true;
    };
    expect((await take([a], { suspects })).get('a')).toMatchObject({ ok: false, arm: 'ours' });
  });

  test('share processes within a backend and a round, and nowhere else; a first look has its own', async () => {
    await take([a, b, contest('w', web)], { enough: (pairs) => pairs.length >= 4 });
    expect(measured.started).toBe(2 + 4 * 2);
  });

  test('give the others of a dead one new processes', async () => {
    measured.fails.add('b');
    await take([a, b, c], {}, 3);
    expect(measured.taken.toSorted().join('')).toBe('aaaabcccc');
    expect(measured.started).toBeGreaterThanOrEqual(1 + 4);
    expect(measured.started).toBeLessThanOrEqual(1 + 5);
  });

  test('of nothing are nothing', async () => {
    expect((await take([], {})).size).toBe(0);
  });
});

describe('rounds on two cores', () => {
  const another = { ...backend, id: 'ort-node/another' };
  const pinned = ['a', 'b', 'c', 'd', 'e'].map((name) => contest(name, name < 'c' ? another : backend, 3));

  test('take two pairs at once, one a core, and each case once a round', async () => {
    await take(pinned, {}, 1, [2, 3]);
    expect(measured.mostAtOnce).toBe(2);
    expect(new Set(measured.cores)).toEqual(new Set([2, 3]));
    for (const round of rounds(5)) expect(round.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('start the processes of one backend at most twice a round', async () => {
    await take(pinned, {}, 1, [2, 3]);
    expect(measured.started).toBeLessThanOrEqual(4 * 3);
  });

  test('confirm what they suspect alone, on the last core', async () => {
    await take(pinned, { suspects: () => true, enough: (pairs) => pairs.length >= 1 }, 1, [2, 3]);
    expect(measured.cores).toHaveLength(5 + 15);
    expect(new Set(measured.cores.slice(5))).toEqual(new Set([3]));
  });

  test('give the machine to a case that is not pinned', async () => {
    await take([contest('x'), contest('y')], {}, 1, [2, 3]);
    expect(measured.mostAtOnce).toBe(1);
    expect(new Set(measured.cores)).toEqual(new Set([null]));
  });

  test.each([
    ['runs on a device, which two would share', 'ort-node/cuda'],
    ['is compiled while it runs, on other cores as well', 'ort-web/wasm'],
  ])('give it to a case that %s, pinned as it is', async (_, id) => {
    const on = await findBackend(id);
    await take([contest('x', on, 3), contest('y', on, 3)], {}, 1, [2, 3]);
    expect(measured.mostAtOnce).toBe(1);
    expect(new Set(measured.cores)).toEqual(new Set([3]));
  });

  test('go on with the others where one dies', async () => {
    measured.fails.add('c');
    const taken = await take(pinned, {}, 1, [2, 3]);
    expect([...taken].filter(([, { ok }]) => !ok).map(([name]) => name)).toEqual(['c']);
    expect(measured.taken).toHaveLength(4 * 4 + 1);
  });

  test('ask again by itself who was killed beside another, and believe it then', async () => {
    measured.killed.set('b', 1).set('d', 2);
    const taken = await take(pinned, {}, 1, [2, 3]);
    expect(taken.get('b')).toMatchObject({ ok: true, pairs: { length: 4 } });
    expect(taken.get('d')).toMatchObject({ ok: false, arm: 'ours', failure: { kind: 'crashed' } });
    expect(measured.cores.slice(-5)).toEqual([3, 3, 3, 3, 3]);
    // Also where no other pair was taken: two versions at once need more memory than one.
    measured.killed.set('b', 1);
    expect((await take(pinned, {}, 1, [3])).get('b')).toMatchObject({ ok: true, pairs: { length: 4 } });
    measured.killed.set('b', 2);
    expect((await take(pinned, {}, 1, [3])).get('b')).toMatchObject({ ok: false, arm: 'ours' });
  });

  test('wait for the pair on the other core where one lane is thrown out', async () => {
    const thrown = new Error('our own fault');
    const tell = (line: string): void => {
      if (line.endsWith('of a')) throw thrown;
    };
    await expect(take(pinned, {}, 1, [2, 3], tell)).rejects.toBe(thrown);
    expect(measured.atOnce).toBe(0);
  });
});
