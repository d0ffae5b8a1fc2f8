/** Resident memory of a process, as Linux tells it (proc(5), status). */
import { readFileSync } from 'node:fs';

/**
 * Bytes of its high-water mark: what it took between two looks is in it. Null where the system does not tell, or the process is gone.
 * On Linux ru_maxrss starts at the size of the process that forked it (getrusage(2) keeps it across exec); this does not.
 */
export function peakResident(pid: number | 'self'): number | null {
  try {
    const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return mark === null ? null : Number(mark[1]) * 1024;
  } catch {
    return null;
  }
}
