import { expect, test } from 'vitest';
import { takeLatency, type LatencyRequest } from '../../../src/broker/latency.ts';
import type { Worker } from '../../../src/workers/worker.ts';

/** Processes that answer with these seconds, visit by visit; the first one is the pilot. */
const processesOf = (visits: readonly (readonly number[])[], waited = (): number | null => null): LatencyRequest => {
  const left = visits.map((seconds) => [...seconds]);
  const start = (): Worker => {
    const mine = left.shift() ?? [];
    return {
      hello: async () => ({}),
      waited,
      open: async () => ({ seconds: 1 }),
      run: async () => ({ seconds: 0.1 }),
      sample: async () => ({ samples: [mine.shift()], overhead: 1e-6 }),
      close: async () => undefined,
    } as unknown as Worker;
  };
  const rest = { path: 'm.onnx', feeds: () => ({}), batches: [1], patience: Infinity, budget: 1, threads: 2 };
  return { start, processes: visits.length, ...rest };
};

test("the datum of a process is the least of its visits: a neighbour's burst only ever adds", async () => {
  const taken = await takeLatency(
    processesOf([
      [1e-3, 5e-3, 2e-3, 4e-3, 3e-3, 9e-3],
      [1e-3, 7e-3, 7e-3, 7e-3, 6e-3, 7e-3],
    ]),
  );
  expect(taken.batches).toEqual([{ batch: 1, steady: [2e-3, 6e-3], overhead: 1e-6 }]);
});

test.each([
  ['a visit without a sample', [[1e-3, 5e-3, 2e-3]]],
  ['a visit that took no time', [[1e-3, 5e-3, 2e-3, 0, 3e-3, 9e-3]]],
  ['a clock that stepped back', [[1e-3, 5e-3, 2e-3, -4e-3, 3e-3, 9e-3]]],
  ['a time that is not finite', [[1e-3, Infinity, Infinity, Infinity, Infinity, Infinity]]],
])('%s is refused: no such latency comes near a verdict or a report', async (_, visits) => {
  await expect(takeLatency(processesOf(visits))).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('the clock stepped back or stood still'),
  });
});

test('it tells how much of its time others kept the processes from their core, where the system tells', async () => {
  const visits = [[1e-3, 5e-3, 2e-3, 4e-3, 3e-3, 9e-3]];
  expect((await takeLatency(processesOf(visits))).waiting).toBeNull();
  let asked = 0;
  const busy = await takeLatency(processesOf(visits, () => 1000 * asked++));
  expect(busy.waiting).toBeGreaterThan(1);
  expect((await takeLatency(processesOf(visits, () => 7))).waiting).toBe(0);
  // Its own threads ran while it did not want to.
  asked = 0;
  expect((await takeLatency(processesOf(visits, () => -1000 * asked++))).waiting).toBe(0);
});
