/** The facts of this machine, from Node and, on Linux, /proc and /sys. Thin; refuses nothing: what a system does not tell is unknown. */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { fingerprintOf, type Machine, type MachineFacts } from './fingerprint.ts';

/** Read once a process: the machine does not change under it. */
export const readMachine = (): Machine =>
  (machine ??= fingerprintOf(factsFrom({ read: textOf, list: namesIn })));

/** How the facts reach /proc and /sys; null (or nothing) where a file is missing. Specs hand in another machine. */
export interface FactSource {
  read(path: string): string | null;
  list(path: string): readonly string[];
}

export const factsFrom = (source: FactSource): MachineFacts => {
  const cpuinfo = fieldsOf(source.read('/proc/cpuinfo') ?? '');
  const flags = (cpuinfo.get('flags') ?? cpuinfo.get('Features') ?? '').split(/\s+/).filter(Boolean);
  return {
    cpu: cpuinfo.get('model name') ?? os.cpus()[0]?.model.trim() ?? 'unknown',
    vendor: cpuinfo.get('vendor_id') ?? cpuinfo.get('CPU implementer') ?? null,
    family: cpuinfo.get('cpu family') ?? cpuinfo.get('CPU architecture') ?? null,
    model: cpuinfo.get('model') ?? cpuinfo.get('CPU part') ?? null,
    stepping: cpuinfo.get('stepping') ?? cpuinfo.get('CPU revision') ?? null,
    arch: os.arch(),
    flags,
    caches: cachesFrom(source),
    cores: os.cpus().length,
    quota: quotaFrom(source),
    virtual: cpuinfo.size === 0 ? 'unknown' : flags.includes('hypervisor') ? 'virtual' : 'bare',
    os: os.platform(),
    kernel: os.release().split('.')[0] ?? '',
  };
};

let machine: Machine | undefined;

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

const namesIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** Fields of the first processor of /proc/cpuinfo. */
const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    (text.split(/\n\s*\n/)[0] ?? '').split('\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]];
    }),
  );

const cachesFrom = ({ read, list }: FactSource): readonly string[] => {
  const folder = '/sys/devices/system/cpu/cpu0/cache';
  const fact = (index: string, name: string): string => read(`${folder}/${index}/${name}`)?.trim() ?? '?';
  return list(folder)
    .filter((name) => /^index\d+$/.test(name))
    .sort()
    .map((index) => `L${fact(index, 'level')} ${fact(index, 'type').toLowerCase()} ${fact(index, 'size')}`);
};

/** Control groups, version 2 (`cpu.max`: quota and period in microseconds, or `max`) then 1; the group of this process before the root. */
const quotaFrom = ({ read }: FactSource): number | null => {
  const group = /^0::(\S+)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
  for (const folder of [`/sys/fs/cgroup${group === '/' ? '' : group}`, '/sys/fs/cgroup']) {
    const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(/\s+/);
    if (quota !== undefined && period !== undefined) return ratioOrNull(quota, period);
  }
  const old = '/sys/fs/cgroup/cpu';
  return ratioOrNull(read(`${old}/cpu.cfs_quota_us`) ?? '', read(`${old}/cpu.cfs_period_us`) ?? '');
};

/** `max`, -1 and nothing mean no limit. */
const ratioOrNull = (quota: string, period: string): number | null => {
  const ratio = Number.parseInt(quota, 10) / Number.parseInt(period, 10);
  return ratio > 0 && ratio < Infinity ? Number(ratio.toFixed(2)) : null;
};
