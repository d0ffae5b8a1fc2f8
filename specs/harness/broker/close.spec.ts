import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { findBackend } from '../../../src/backends/registry.ts';
import { Broker } from '../../../src/broker/broker.ts';
import type { Case } from '../../../src/cases/case.ts';
import { readProject } from '../../../src/cases/project.ts';
import { faulty } from '../support/faulty.ts';
import { newProject } from '../support/project.ts';

const project = newProject();
afterAll(() => project.remove());
const ortNode = await findBackend('ort-node/cpu');
const models = ['a', 'b', 'c', 'd', 'e', 'f'];
for (const id of models) project.card(id);

const subjects = models.map((model): Case => ({
  metric: 'parity',
  model,
  artifact: 'float32',
  backend: ortNode.id,
  batch: null,
  threads: 1,
  images: null,
}));
const [first] = subjects as [Case];

/** Processes that this one has started and that have not ended. */
const living = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

/** Node lets go of a process that has ended one turn of its loop later; every worker here would live for seconds. */
const expectNoneLiving = (): Promise<void> => vi.waitFor(() => expect(living()).toBe(0));

let started = 0;
let broker: Broker;

/** A broker on one backend, which misbehaves so; counts the workers that start. */
async function open(fault: string): Promise<Backend> {
  const backend = faulty(ortNode, fault);
  const counted: Backend = { ...backend, env: (threads) => ((started += 1), backend.env(threads)) };
  const options = { deadline: 5, processes: 3, patience: Infinity, budget: 0.01 };
  broker = new Broker({ ...(await readProject(project.root, {})), backends: [counted] }, options);
  return counted;
}

const untilStarted = (count: number): Promise<void> =>
  vi.waitFor(() => expect(started).toBeGreaterThanOrEqual(count), { timeout: 60_000 });

/** How each call ended: what it was rejected with, or that it has an answer. */
const endings = (calls: readonly Promise<unknown>[]): Promise<unknown[]> =>
  Promise.all(
    calls.map((call) =>
      call.then(
        () => 'answered',
        (error: unknown) => (error as Error).message,
      ),
    ),
  );
const closed = 'the run has been closed';

beforeEach(() => void (started = 0));
afterEach(() => broker.close());

describe('closing', () => {
  test('while work is queued rejects all of it, leaves no worker and starts none', async () => {
    const backend = await open('sleeps@open');
    await broker.availability(backend);
    const calls = [...subjects.map((subject) => broker.answers(subject)), broker.latency(first)];
    const ends = endings(calls);
    // The first visit gets the worker of the probe.
    expect(started).toBe(1);
    expect(living()).toBeGreaterThan(0);
    await broker.close();
    await expectNoneLiving();
    const before = started;
    expect(new Set(await ends)).toEqual(new Set([closed]));
    await expectNoneLiving();
    expect(started).toBe(before);
  });

  test('while latency is taken ends its process, and takes no other', async () => {
    await open('sleeps@sample');
    const ends = endings([broker.latency(first)]);
    await untilStarted(2);
    await broker.close();
    await expectNoneLiving();
    expect(await ends).toEqual([closed]);
    await expectNoneLiving();
    expect(started).toBe(2);
  });

  test('while a backend is probed ends the probe', async () => {
    await open('sleeps@hello');
    const ends = endings([broker.answers(first)]);
    await untilStarted(1);
    await broker.close();
    await expectNoneLiving();
    expect(await ends).toEqual([closed]);
  });

  test('while an alarm waits for its confirmation ends the waiting', async () => {
    await open('none@');
    const seen = await broker.latency(first);
    const ends = endings([broker.confirmLatency(first, seen, 60)]);
    await broker.close();
    expect(await ends).toEqual([closed]);
  });

  test('ends the workers that wait for more work, and answers nothing afterwards', async () => {
    await open('none@');
    expect(await broker.answers(first)).toMatchObject({ ok: true });
    expect(living()).toBe(1);
    await broker.close();
    await expectNoneLiving();
    const before = started;
    expect(await endings([broker.answers(subjects[1]!), broker.latency(first)])).toEqual([closed, closed]);
    await expectNoneLiving();
    expect(started).toBe(before);
  });
});
