import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findBackend } from '../../../src/backends/registry.ts';
import { limiterFor, startGuarded } from '../../../src/workers/limit.ts';
import { peakResident } from '../../../src/workers/resident.ts';
import { Worker } from '../../../src/workers/worker.ts';

const backend = await findBackend('ort-node/cpu');
const root = fileURLToPath(new URL('../../..', import.meta.url));
const start = (wrapper: readonly string[]): Worker =>
  new Worker(backend, { root, threads: 1, core: null, deadline: 60, wrapper });

describe.runIf(process.platform === 'linux')('a guarded worker', () => {
  test('beyond its limit is killed, and the sentence says how much it took', async () => {
    const guard = startGuarded(start, 2 ** 20);
    try {
      await expect(guard.worker.hello()).rejects.toThrow('SIGKILL');
      expect(guard.exceeded()).toMatch(/^needs more than the limit of 1 MiB/);
    } finally {
      await guard.close();
    }
  });

  test('within its limit lives; what it tells of its own peak counts as well', async () => {
    const limit = 4 * 2 ** 30;
    const guard = startGuarded(start, limit);
    try {
      await guard.worker.hello();
      expect(guard.exceeded(2 ** 20)).toBeNull();
      expect(guard.exceeded(limit + 1)).toMatch(/^needs more/);
    } finally {
      await guard.close();
    }
    expect(peakResident(guard.worker.pid ?? 0)).toBeNull();
  });

  test('without a limit is never stopped, and is what the kernel takes first', async () => {
    const guard = startGuarded(start, null);
    try {
      await guard.worker.hello();
      expect(guard.exceeded(2 ** 50)).toBeNull();
      expect(readFileSync(`/proc/${guard.worker.pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
    } finally {
      await guard.close();
    }
  });

  test('starts behind its wrapper, as the same process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpar-wrapper-'));
    const worker = start(['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'pid')]);
    try {
      await worker.hello();
      expect(readFileSync(join(folder, 'pid'), 'utf8').trim()).toBe(`${worker.pid}`);
    } finally {
      await worker.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('says by whom it would be held', () => {
    expect(['control group', 'sampling']).toContain(limiterFor(2 ** 31));
  });
});
