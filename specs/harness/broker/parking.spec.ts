import { describe, expect, test } from 'vitest';
import { Once } from '../../../src/broker/once.ts';
import { Parking } from '../../../src/broker/parking.ts';
import type { Worker } from '../../../src/workers/worker.ts';

/** Workers that note when they are closed. */
function workers(): { worker: (name: string) => Worker; closed: string[] } {
  const closed: string[] = [];
  const worker = (name: string): Worker => ({ close: async () => void closed.push(name) }) as unknown as Worker;
  return { worker, closed };
}

describe('parking', () => {
  test('hands a waiting worker to one caller only', async () => {
    const { worker, closed } = workers();
    const parking = new Parking(2);
    const a = worker('a');
    await parking.park('a', a);
    expect(parking.take('a')).toBe(a);
    expect(parking.take('a')).toBeUndefined();
    expect(closed).toEqual([]);
  });

  test('ends the worker that waited longest where there is no room, and an older one of the same name', async () => {
    const { worker, closed } = workers();
    const parking = new Parking(2);
    for (const name of ['a', 'b', 'a again', 'c']) await parking.park(name.slice(0, 1), worker(name));
    expect(closed).toEqual(['a', 'b']);
  });
});

describe('once', () => {
  test('does each named thing once, however many ask, until it is told to forget', async () => {
    const once = new Once();
    let count = 0;
    const next = async (): Promise<number> => (count += 1);
    expect(await Promise.all([once.do('a', next), once.do('a', next), once.do('b', next)])).toEqual([1, 1, 2]);
    once.forget('a');
    expect(await once.do('a', next)).toBe(3);
    expect(await once.do('b', next)).toBe(2);
  });

  test('remembers a failure, too', async () => {
    const once = new Once();
    let count = 0;
    const fail = async (): Promise<never> => {
      count += 1;
      throw new Error('no');
    };
    await expect(once.do('a', fail)).rejects.toThrow('no');
    await expect(once.do('a', fail)).rejects.toThrow('no');
    expect(count).toBe(1);
  });
});
