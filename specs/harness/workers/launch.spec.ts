import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pinnableCore } from '../../../src/workers/launch.ts';
import { thisSystem } from '../../../src/workers/system.ts';

const file = fileURLToPath(new URL('../../../dist/workers/launch.js', import.meta.url));
const program = `import { pinnableCore } from ${JSON.stringify(file)}; console.log(pinnableCore());`;
const hasTaskset = pinnableCore() !== null;
const [, list = '0'] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(thisSystem.read('/proc/self/status') ?? '') ?? [];
const cores = list.split(/[-,]/).map(Number);

test.runIf(hasTaskset).each([...new Set([cores[0], cores.at(-1)])])(
  'of the cores that a container was given the last one is pinned to: %d',
  (core) => {
    const words = ['--cpu-list', `${core}`, process.execPath, '--input-type=module', '--eval', program];
    expect(spawnSync('taskset', words, { encoding: 'utf8' }).stdout.trim()).toBe(`${core}`);
  },
);
