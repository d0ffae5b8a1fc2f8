/** Cores on which processes can be timed at once without sharing more than any two programs of a machine do. */
import { availableParallelism } from 'node:os';
import { thisSystem } from './system.ts';
import type { System } from './system.ts';

/** That this process may use (a container may be given cores 2 and 3 of many: proc_pid_status(5)), ascending. */
export function allowedCores(system: System = thisSystem): readonly number[] {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(system.read('/proc/self/status') ?? '') ?? [];
  return list === undefined ? Array.from({ length: availableParallelism() }, (_, core) => core) : coresIn(list);
}

/**
 * As many as are wished for, the last ones, which interrupts use least; fewer where there are not as many. Of hyperthreads, which share the units of one
 * core, only the last counts; a container that may use less than its cores' time (cgroup v2, cpu.max) is slowed down by every process more.
 */
export function separateCores(wanted: number, system: System = thisSystem): readonly number[] {
  const allowed = allowedCores(system);
  const last = allowed.filter((core) => core === siblingsOf(core, system).findLast((each) => allowed.includes(each)));
  return last.slice(-Math.max(1, Math.min(wanted, Math.floor(quota(system)))));
}

const siblingsOf = (core: number, system: System): readonly number[] =>
  coresIn(system.read(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`)?.trim() ?? `${core}`);

/** Cores' worth of time. */
function quota(system: System): number {
  const [most, period] = (system.read('/sys/fs/cgroup/cpu.max') ?? 'max').trim().split(' ');
  return most === 'max' ? Infinity : Number(most) / Number(period);
}

/** cpuset(7), list format: `0-3,7`. */
const coresIn = (list: string): readonly number[] =>
  list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
