/** Resident memory of a process, as Linux tells it (proc(5), status). */
import { thisSystem } from './system.ts';

/**
 * Bytes of its high-water mark: what it took between two looks is in it. Null where the system does not tell, or the process is gone.
 * On Linux ru_maxrss starts at the size of the process that forked it (getrusage(2) keeps it across exec); this does not.
 */
export function peakResident(pid: number | 'self'): number | null {
  const mark = /^VmHWM:\s+(\d+) kB$/m.exec(thisSystem.read(`/proc/${pid}/status`) ?? '');
  return mark === null ? null : Number(mark[1]) * 1024;
}
