import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Slots } from '../../../src/broker/slots.ts';

const seed = 20;

interface Job {
  readonly kind: 'shared' | 'alone';
  /** Ticks of the fake clock that it runs. */
  readonly length: number;
  readonly fails: boolean;
}

/** Lets everything that can start, start: no timers are involved. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Runs jobs on a clock of ticks; after each tick one running job that has had its time ends. Returns what ran when. */
async function schedule(
  total: number,
  jobs: readonly Job[],
): Promise<{ started: number[]; together: (readonly number[])[]; outcomes: string[] }> {
  const slots = new Slots(total);
  const started: number[] = [];
  const running = new Map<number, { left: number; end: () => void }>();
  const calls = jobs.map(({ kind, length, fails }, index) =>
    slots[kind](async () => {
      started.push(index);
      await new Promise<void>((end) => running.set(index, { left: length, end }));
      if (fails) throw new Error('failed');
      return index;
    }).then(String, (error: unknown) => (error as Error).message),
  );
  const together: (readonly number[])[] = [];
  for (await settle(); running.size > 0; await settle()) {
    together.push([...running.keys()]);
    for (const [index, job] of running) {
      job.left -= 1;
      if (job.left > 0) continue;
      running.delete(index);
      job.end();
    }
  }
  return { started, together, outcomes: await Promise.all(calls) };
}

const jobs = fc.array(
  fc.record({
    kind: fc.constantFrom('shared', 'alone'),
    length: fc.integer({ min: 1, max: 4 }),
    fails: fc.boolean(),
  }) as fc.Arbitrary<Job>,
  { maxLength: 12 },
);

describe('slots', () => {
  test('never let anything run beside what runs alone, nor more at once than there are slots', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), jobs, async (total, list) => {
        const { together } = await schedule(total, list);
        for (const set of together) {
          const hasLoner = set.some((index) => list[index]?.kind === 'alone');
          expect(set.length).toBeLessThanOrEqual(hasLoner ? 1 : total);
        }
      }),
      { seed, numRuns: 200 },
    ));

  test('start everything once, first come, first served, whatever fails', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), jobs, async (total, list) => {
        const { started, outcomes } = await schedule(total, list);
        expect(started).toEqual(list.map((_, index) => index));
        expect(outcomes).toEqual(list.map(({ fails }, index) => (fails ? 'failed' : `${index}`)));
      }),
      { seed, numRuns: 200 },
    ));

  test('use all slots side by side', async () => {
    const three = Array.from({ length: 3 }, (): Job => ({ kind: 'shared', length: 2, fails: false }));
    expect((await schedule(2, three)).together[0]).toEqual([0, 1]);
  });
});
