import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { cgroupOf } from '../../../src/workers/cgroup.ts';

const mount = mkdtempSync(join(tmpdir(), 'onpar-cgroup-'));
afterAll(() => rmSync(mount, { recursive: true, force: true }));

/** Folders and files as the kernel shows them; it makes those of a new group by itself. */
function hierarchy(own: string, lent: string): { mount: string; self: string } {
  mkdirSync(join(mount, own), { recursive: true });
  writeFileSync(join(mount, own, '..', 'cgroup.subtree_control'), `${lent}\n`);
  writeFileSync(join(mount, 'self'), `4:memory:/elsewhere\n0::/${own}\n`);
  return { mount, self: join(mount, 'self') };
}

describe('a control group for a limit of memory', () => {
  test('is made beside the own one, says the limit, and is entered before the command starts', () => {
    const group = cgroupOf(2 ** 31, hierarchy('delegated/shell', 'cpu memory pids'));
    const [name = ''] = readdirSync(join(mount, 'delegated')).filter((each) => each.startsWith('onpar-'));
    const folder = join(mount, 'delegated', name);
    expect(readFileSync(join(folder, 'memory.max'), 'utf8')).toBe('2147483648');
    const [file = '', ...args] = group?.wrapper ?? [];
    const { pid } = spawnSync(file, [...args, 'true']);
    expect(readFileSync(join(folder, 'cgroup.procs'), 'utf8')).toBe(`${pid}\n`);

    expect(group?.killed()).toBe(false);
    writeFileSync(join(folder, 'memory.events'), 'max 12\noom 1\noom_kill 0\n');
    expect(group?.killed()).toBe(false);
    writeFileSync(join(folder, 'memory.events'), 'max 12\noom 1\noom_kill 1\n');
    expect(group?.killed()).toBe(true);

    for (const each of readdirSync(folder)) rmSync(join(folder, each));
    group?.remove();
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['lends no memory controller', hierarchy('plain/shell', 'cpu pids')],
    ['is of version 1 alone', { mount, self: join(mount, 'version-1') }],
    ['is not there', { mount, self: join(mount, 'nowhere') }],
  ])('is none where the hierarchy %s', (_, places) => {
    writeFileSync(join(mount, 'version-1'), '4:memory:/elsewhere\n');
    if (places.self.endsWith('self')) hierarchy('plain/shell', 'cpu pids');
    expect(cgroupOf(2 ** 31, places)).toBeNull();
  });

  test('is none where it cannot be entered', () => {
    const places = hierarchy('closed/shell', 'memory');
    expect(cgroupOf(2 ** 31, places)).not.toBeNull();
    // As where the kernel refuses the process: the command that would enter does not even start.
    vi.stubEnv('PATH', '/nowhere');
    try {
      expect(cgroupOf(2 ** 31, places)).toBeNull();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('is none where it cannot be made', () => {
    const places = hierarchy('full/shell', 'memory');
    rmSync(join(mount, 'full'), { recursive: true });
    expect(cgroupOf(2 ** 31, places)).toBeNull();
  });
});
