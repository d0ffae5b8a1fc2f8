/**
 * A control group (cgroups(7), version 2) that the kernel holds to a limit of memory. Only where the harness may make one beside its own:
 * as root, or below what systemd delegates to a user. A group that has processes can have no controlled one inside it, hence beside.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { thisSystem } from './system.ts';

export interface Cgroup {
  /** Command that enters the group and becomes the command after it. */
  readonly wrapper: readonly string[];
  /** Whether the kernel killed a process of it for want of memory. */
  killed(): boolean;
  /** When its processes are gone. */
  remove(): void;
}

const places = { mount: '/sys/fs/cgroup', self: '/proc/self/cgroup' };
let made = 0;

/** Null where there can be none. `bytes`: of resident memory; swap counts as none. */
export function cgroupOf(bytes: number, { mount, self } = places): Cgroup | null {
  const parent = parentOf(mount, self);
  if (parent === null) return null;
  const folder = join(parent, `onpar-${process.pid}-${(made += 1)}`);
  try {
    mkdirSync(folder);
  } catch {
    return null;
  }
  const remove = (): void => quietly(() => rmdirSync(folder));
  const wrapper = ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs')];
  try {
    writeFileSync(join(folder, 'memory.max'), `${bytes}`);
    // A kernel without swap accounting has no such file.
    quietly(() => writeFileSync(join(folder, 'memory.swap.max'), '0'));
    const [file = '', ...args] = wrapper;
    if (spawnSync(file, [...args, 'true']).status !== 0) throw new Error('it cannot be entered');
  } catch {
    remove();
    return null;
  }
  const events = join(folder, 'memory.events');
  return { wrapper, remove, killed: () => /^oom_kill [1-9]/m.test(thisSystem.read(events) ?? '') };
}

/** Folder of the group above the harness's own, where that lends its children the memory controller. */
function parentOf(mount: string, self: string): string | null {
  const own = /^0::(\/.*)$/m.exec(thisSystem.read(self) ?? '')?.[1];
  if (own === undefined) return null;
  const parent = join(mount, dirname(own));
  const lent = thisSystem.read(join(parent, 'cgroup.subtree_control')) ?? '';
  return lent.split(/\s+/).includes('memory') ? parent : null;
}

function quietly(body: () => void): void {
  try {
    body();
  } catch {
    // Nothing depends on it.
  }
}
