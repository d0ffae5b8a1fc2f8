/** The facts of this machine, from Node and, on Linux, /proc and /sys. Thin; refuses nothing: what a system does not tell is unknown. */
import os from 'node:os';
import { coreQuota } from '../workers/cores.ts';
import { thisSystem, type System } from '../workers/system.ts';
import { fingerprintOf, type Machine, type MachineFacts } from './fingerprint.ts';

/** Read once a process: the machine does not change under it. */
export const readMachine = (): Machine =>
  (machine ??= fingerprintOf(factsFrom(thisSystem)));

/** How the facts reach /proc and /sys. */
type FactSource = Pick<System, 'read' | 'list'>;

export const factsFrom = (source: FactSource): MachineFacts => {
  const cpuinfo = fieldsOf(source.read('/proc/cpuinfo') ?? '');
  /** The first of these names that is there: x86 and Arm have their own. */
  const field = (...names: readonly string[]): string | null =>
    names.map((name) => cpuinfo.get(name)).find((value) => value !== undefined) ?? null;
  const flags = (field('flags', 'Features') ?? '').split(/\s+/).filter(Boolean);
  return {
    cpu: field('model name') ?? os.cpus()[0]?.model.trim() ?? 'unknown',
    vendor: field('vendor_id', 'CPU implementer'),
    family: field('cpu family', 'CPU architecture'),
    model: field('model', 'CPU part'),
    stepping: field('stepping', 'CPU revision'),
    arch: os.arch(),
    flags,
    caches: cachesFrom(source),
    cores: os.cpus().length,
    quota: coreQuota(source),
    virtual: cpuinfo.size === 0 ? 'unknown' : flags.includes('hypervisor') ? 'virtual' : 'bare',
    os: os.platform(),
    kernel: os.release().split('.')[0] ?? '',
  };
};

let machine: Machine | undefined;

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
