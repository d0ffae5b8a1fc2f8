import { describe, expect, test } from 'vitest';
import { allowedCores, separateCores } from '../../../src/workers/cores.ts';
import { thisSystem } from '../../../src/workers/system.ts';
import type { System } from '../../../src/workers/system.ts';

/** Siblings by core, as Linux lists them. */
const machine = (allowed: string, siblings: Readonly<Record<number, string>> = {}, quota?: string): System => ({
  ...thisSystem,
  read: (path) => {
    if (path === '/proc/self/status') return `Name:\tnode\nCpus_allowed_list:\t${allowed}\nMems_allowed_list:\t0\n`;
    if (path === '/sys/fs/cgroup/cpu.max') return quota ?? null;
    const core = Number(/cpu(\d+)/.exec(path)?.[1]);
    return siblings[core] === undefined ? null : `${siblings[core]}\n`;
  },
});
const threads = { 0: '0,4', 1: '1,5', 2: '2,6', 3: '3,7', 4: '0,4', 5: '1,5', 6: '2,6', 7: '3,7' };

test.each([
  ['0-3', [0, 1, 2, 3]],
  ['2,3', [2, 3]],
  ['0-1,6-7', [0, 1, 6, 7]],
  ['5', [5]],
])('of the list %s these are allowed: %j', (list, cores) => {
  expect(allowedCores(machine(list))).toEqual(cores);
});

test('without such a list as many as Node may use', () => {
  expect(allowedCores({ ...thisSystem, read: () => null })[0]).toBe(0);
});

describe('separate cores', () => {
  test.each([
    ['two cores', machine('0-1'), [0, 1]],
    ['the last of many', machine('0-15'), [14, 15]],
    ['one', machine('3'), [3]],
    ['two hyperthreads of one core', machine('0-1', { 0: '0-1', 1: '0-1' }), [1]],
    ['four cores with two threads each', machine('0-7', threads), [6, 7]],
    ['a container with both threads of one core', machine('1,5', threads), [5]],
    ['a container with the first threads of two', machine('1-2', threads), [1, 2]],
    ['a container with time for one and a half', machine('0-3', {}, '150000 100000\n'), [3]],
    ['a container with time for half a core', machine('0-3', {}, '50000 100000\n'), [3]],
    ['a container with as much time as it likes', machine('0-3', {}, 'max 100000\n'), [2, 3]],
  ])('of %s', (_, system, cores) => {
    expect(separateCores(2, system)).toEqual(cores);
  });

  test('are no more than asked for', () => {
    expect(separateCores(1, machine('0-3'))).toEqual([3]);
  });
});
