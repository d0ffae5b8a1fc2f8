/** How long a process was kept from its core by others: what makes a latency slow and is not in the code. */
import { readFileSync } from 'node:fs';

/** Ticks a second of /proc/[pid]/stat: USER_HZ, 100 on every Linux that Node runs on. */
const ticks = 100;

/**
 * Seconds that its main thread was ready to run and did not, since it started; what its own threads took meanwhile is its own doing, and not
 * counted. Only differences mean something. Null where the system does not tell (Linux does: Documentation/scheduler/sched-stats.rst, proc(5)).
 */
export function waitedBy(pid: number): number | null {
  try {
    const [ran = NaN, waited = NaN] = numbers(readFileSync(`/proc/${pid}/schedstat`, 'utf8'));
    // The name of the program, in brackets, may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S /s, '');
    const [user = NaN, system = NaN] = numbers(stat).slice(10, 12);
    const others = (waited + ran) / 1e9 - (user + system) / ticks;
    return Number.isNaN(others) ? null : others;
  } catch {
    return null;
  }
}

const numbers = (text: string): readonly number[] => text.trim().split(' ').map(Number);
