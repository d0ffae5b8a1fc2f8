/**
 * Holds a worker to a limit of resident memory: by a control group where one can be made, and by looking at its high-water mark. Beyond
 * the limit it is killed, which costs its case and nothing else. Linux only: elsewhere nobody tells the mark of another process.
 */
import { writeFileSync } from 'node:fs';
import { cgroupOf } from './cgroup.ts';
import { peakResident } from './resident.ts';
import type { Worker } from './worker.ts';

export interface Guard {
  readonly worker: Worker;
  /** What went beyond the limit, as a sentence; null where nothing did. `peak`: bytes that the worker itself has told. */
  exceeded(peak?: number): string | null;
  /** Ends the worker. */
  close(): Promise<void>;
}

/** Between two looks, milliseconds: a look takes some 20 µs, on another core than the worker's where there is one. */
const interval = 10;

/** How a limit is held here; null where it cannot be. */
export function limiterFor(bytes: number): 'control group' | 'sampling' | null {
  if (peakResident('self') === null) return null;
  const group = cgroupOf(bytes);
  group?.remove();
  return group === null ? 'sampling' : 'control group';
}

/** `start` gets the command that goes before the worker's own. `limit`: bytes, null for none. */
export function startGuarded(start: (wrapper: readonly string[]) => Worker, limit: number | null): Guard {
  const group = limit === null ? null : cgroupOf(limit);
  const worker = start(group?.wrapper ?? []);
  offerToKernel(worker.pid);
  let seen = 0;
  const look = (): void => {
    seen = Math.max(seen, worker.pid === undefined ? 0 : (peakResident(worker.pid) ?? 0));
    if (limit !== null && seen > limit) void worker.close();
  };
  const timer = setInterval(look, interval);
  return {
    worker,
    exceeded(peak = 0) {
      if (limit === null) return null;
      const most = Math.max(seen, peak);
      if (most > limit)
        return `needs more than the limit of ${mebibytes(limit)} MiB: ${mebibytes(most, 1)} MiB were resident`;
      return group?.killed()
        ? `needs more than the limit of ${mebibytes(limit)} MiB, at which the kernel stopped it`
        : null;
    },
    async close() {
      clearInterval(timer);
      await worker.close();
      group?.remove();
    },
  };
}

const mebibytes = (bytes: number, decimals = 0): string => (bytes / 2 ** 20).toFixed(decimals);

/** Where memory runs out without any limit, the kernel shall take the worker and not the harness (proc(5), oom_score_adj). */
function offerToKernel(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Not on this system, or the worker is gone: then its calls say so.
  }
}
