import { describe, expect, test } from 'vitest';
import { sampleCalls } from '../../../src/workers/sampler.ts';

const nothing = async (): Promise<void> => {};

describe('sampleCalls', () => {
  test.each([1, 2, 50])('gives %i samples where so many were asked, positive and ascending', async (iterations) => {
    const { samples } = await sampleCalls(() => new Promise((resolve) => void setImmediate(resolve)), 0, iterations);
    expect(samples).toHaveLength(iterations);
    expect(samples).toEqual(samples.toSorted((a, b) => a - b));
    expect(samples[0]).toBeGreaterThan(0);
  });

  test('makes exactly the warm-up calls and the timed ones, one after another', async () => {
    let calls = 0;
    let running = 0;
    let greatest = 0;
    await sampleCalls(
      async () => {
        calls += 1;
        running += 1;
        greatest = Math.max(greatest, running);
        await Promise.resolve();
        running -= 1;
      },
      3,
      10,
    );
    expect(calls).toBe(13);
    expect(greatest).toBe(1);
  });

  test('says in seconds how long a call takes: a wait of 2 ms is no less', async () => {
    const { samples, wallPerCall } = await sampleCalls(
      () => new Promise((resolve) => void setTimeout(resolve, 2)),
      0,
      5,
    );
    // Node's timers may fire up to 1 ms early.
    expect(samples[0]).toBeGreaterThanOrEqual(0.001);
    expect(samples[0]).toBeLessThan(1);
    expect(wallPerCall).toBeGreaterThanOrEqual(samples[0] ?? 0);
  });

  test('adds little: its overhead is that of a call that does nothing, microseconds', async () => {
    const { samples, overhead } = await sampleCalls(nothing, 10, 1_000);
    expect(overhead).toBeGreaterThan(0);
    expect(overhead).toBeLessThan(1e-4);
    expect(samples[500]).toBeLessThan(1e-4);
  });

  test('fails where a call fails, with what the call said', async () => {
    await expect(sampleCalls(() => Promise.reject(new Error('the runtime says no')), 0, 5)).rejects.toThrow(
      'the runtime says no',
    );
    let calls = 0;
    const third = async (): Promise<void> => {
      calls += 1;
      if (calls === 3) throw new Error('the third call says no');
    };
    await expect(sampleCalls(third, 0, 5)).rejects.toThrow('the third call says no');
  });
});
