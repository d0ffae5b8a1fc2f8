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
 * core, only the last counts; a container that may use less than its cores' time is slowed down by every process more.
 */
export function separateCores(wanted: number, system: System = thisSystem): readonly number[] {
  const allowed = allowedCores(system);
  const last = allowed.filter((core) => core === siblingsOf(core, system).findLast((each) => allowed.includes(each)));
  return last.slice(-Math.max(1, Math.min(wanted, Math.floor(coreQuota(system) ?? Infinity))));
}

const siblingsOf = (core: number, system: System): readonly number[] =>
  coresIn(system.read(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`)?.trim() ?? `${core}`);

/**
 * Cores' worth of time that a container may use; null: no limit. Control groups, version 2 (`cpu.max`: quota and period in microseconds, or `max`) then 1;
 * the group of this process before the root.
 */
export function coreQuota({ read }: Pick<System, 'read'>): number | null {
  const text = (path: string): string => read(path)?.trim() ?? '';
  const group = /^0::\/(\S+)$/m.exec(text('/proc/self/cgroup'))?.[1] ?? '';
  const current = text(`/sys/fs/cgroup/${group}/cpu.max`) || text('/sys/fs/cgroup/cpu.max');
  const old = '/sys/fs/cgroup/cpu/cpu.cfs';
  const [quota = '', period = ''] = (current || `${text(`${old}_quota_us`)} ${text(`${old}_period_us`)}`).split(/\s+/);
  return ratioOrNull(quota, period);
}

/** `max`, -1 and nothing mean no limit. */
function ratioOrNull(quota: string, period: string): number | null {
  const ratio = Number.parseInt(quota, 10) / Number.parseInt(period, 10);
  return ratio > 0 && ratio < Infinity ? Number(ratio.toFixed(2)) : null;
}

/** cpuset(7), list format: `0-3,7`. */
const coresIn = (list: string): readonly number[] =>
  list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
