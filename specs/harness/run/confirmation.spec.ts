import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readMachine } from '../../../src/baselines/read-machine.ts';
import type { Latency } from '../../../src/metrics/sources.ts';
import { judgeAnswer } from '../../../src/run/answer.ts';
import { Run } from '../../../src/run/run.ts';
import { newProject } from '../support/project.ts';

/** Seconds of each quantity, in the order in which sets of fresh processes are taken; the last one goes on. */
interface Seconds {
  readonly load?: number;
  readonly first?: number;
  readonly steady?: number;
}
const world = vi.hoisted(() => ({ sets: [] as Seconds[], taken: 0, pauses: [] as number[] }));

vi.mock(import('../../../src/broker/latency.ts'), async (original) => ({
  ...(await original()),
  takeLatency: async ({ batches }) =>
    latencyOf(world.sets[Math.min(world.taken++, world.sets.length - 1)] ?? {}, batches),
}));
vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: (async (pause: number) => void world.pauses.push(pause / 1e3)) as never,
}));

const five = (seconds: number): number[] => [1, 1.01, 1.02, 1.03, 1.04].map((factor) => factor * seconds);
const latencyOf = ({ load = 1, first = 1, steady = 1 }: Seconds, batches: readonly number[]): Latency => ({
  load: five(load),
  first: five(first),
  batches: batches.map((batch) => ({ batch, steady: five(steady), overhead: 0 })),
  pinned: true,
  waiting: null,
});

const project = newProject();
let run: Run;

/** The committed latency: of one day that is not told, or of several. */
type Committed = readonly number[] | Readonly<Record<string, readonly number[]>>;

const begin = async (latency: Committed): Promise<void> => {
  Object.assign(world, { sets: [], taken: 0, pauses: [] });
  project.card('linear', { latency: { gated: ['float32/ort-node/cpu'] } });
  const { fingerprint } = readMachine();
  const key = 'float32/ort-node/cpu/b1/t1';
  const values = { [key]: five(1) };
  const provenance = { date: '2026-11-23', commit: null, onpar: '0.1.0', node: '20.20.2', reason: null, backends: {} };
  const baseline = { schemaVersion: 1, model: 'linear', fingerprint, provenance };
  project.put(
    `baselines/machines/${fingerprint}/linear.json`,
    JSON.stringify({ ...baseline, values: { latency: { [key]: latency }, load: values, first: values } }),
  );
  const broker = { processes: 5, patience: Infinity, budget: 0.01 };
  run = await Run.start(project.root, { env: {}, broker });
};
beforeEach(() => begin(five(1)));
afterEach(async () => {
  await run.close();
  project.remove();
});

async function verdictOf(metric: string): Promise<{ verdict: string; sentences: readonly string[] }> {
  const [subject] = run.plan(metric);
  return judgeAnswer(run.metric(metric), await run.measure(subject!));
}

const confirmed = expect.stringContaining('confirmed by 2 more sets of fresh processes');

describe('an alarm of latency', () => {
  test('is red only after two more sets of fresh processes said so, each after a pause, and says that', async () => {
    world.sets = [{ steady: 2 }];
    const { verdict, sentences } = await verdictOf('latency');
    expect(verdict).toBe('slower');
    expect(sentences).toContainEqual(confirmed);
    expect(world).toMatchObject({ taken: 3, pauses: [2, 10] });
  });

  test('that the next set does not repeat was none', async () => {
    world.sets = [{ steady: 2 }, {}];
    expect(await verdictOf('latency')).toMatchObject({
      verdict: 'steady',
      sentences: [expect.not.stringContaining('confirmed')],
    });
    expect(world.taken).toBe(2);
  });

  test('that ends otherwise after the last set is not called confirmed, though it may be red', async () => {
    world.sets = [{ steady: 2 }, { steady: 2 }, { steady: Number.NaN }];
    const { verdict, sentences } = await verdictOf('latency');
    expect(verdict).toBe('refused');
    expect(sentences).not.toContainEqual(confirmed);
  });

  test('of one quantity does not use up the sets that another one needs', async () => {
    world.sets = [{ load: 3, steady: 2 }];
    expect(await verdictOf('load')).toMatchObject({ verdict: 'slower' });
    expect(world.taken).toBe(3);
    const { verdict, sentences } = await verdictOf('latency');
    expect({ verdict, taken: world.taken }).toEqual({ verdict: 'slower', taken: 5 });
    expect(sentences).toContainEqual(confirmed);
    expect(await verdictOf('first')).toMatchObject({ verdict: 'steady' });
    expect(world.taken).toBe(5);
  });

  test('is confirmed by the same sets where several quantities alarmed at once', async () => {
    world.sets = [{ load: 3, steady: 2 }];
    const verdicts = await Promise.all(['load', 'latency'].map(verdictOf));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['slower', 'slower']);
    for (const { sentences } of verdicts) expect(sentences).toContainEqual(confirmed);
    expect(world).toMatchObject({ taken: 3, pauses: [2, 10] });
  });

  test('leaves the last set behind for the report, with every batch size that was asked for', async () => {
    world.sets = [{ steady: 2 }, { steady: 1.1 }];
    const [subject] = run.plan('latency');
    await run.broker.latency(subject!, [1, 4]);
    await verdictOf('latency');
    expect(run.broker.known('latency', subject!)).toEqual({ ok: true, value: latencyOf({ steady: 1.1 }, [1, 4]) });
  });

  describe('against days of bless', () => {
    const days = Object.fromEntries(
      [1, 1.002, 0.998, 1, 1.001].map((level, day) => [`2026-11-0${day + 1}`, five(level)]),
    );
    beforeEach(async () => {
      await run.close();
      await begin(days);
    });

    test('is red at +5 %, after fresh processes said so again', async () => {
      world.sets = [{ steady: 1.05 }];
      const { verdict, sentences } = await verdictOf('latency');
      expect({ verdict, taken: world.taken }).toEqual({ verdict: 'slower', taken: 3 });
      expect(sentences).toContainEqual(expect.stringContaining('slower by 5 %'));
      expect(sentences).toContainEqual(confirmed);
    });

    test('is none at +1 %', async () => {
      world.sets = [{ steady: 1.01 }];
      expect(await verdictOf('latency')).toMatchObject({ verdict: 'steady' });
      expect(world.taken).toBe(1);
    });

    test('that was gone after the pause was a burst', async () => {
      world.sets = [{ steady: 1.05 }, {}];
      expect(await verdictOf('latency')).toMatchObject({ verdict: 'steady' });
      expect(world.taken).toBe(2);
    });
  });
});
