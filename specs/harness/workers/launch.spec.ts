import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pinnableCore } from '../../../src/workers/launch.ts';

const file = fileURLToPath(new URL('../../../dist/workers/launch.js', import.meta.url));
const program = `import { pinnableCore } from ${JSON.stringify(file)}; console.log(pinnableCore());`;
const hasTaskset = pinnableCore() !== null;

test.runIf(hasTaskset && availableParallelism() > 1).each([0, 1])(
  'of the cores that a container was given the last one is pinned to: %d',
  (core) => {
    const words = ['--cpu-list', `${core}`, process.execPath, '--input-type=module', '--eval', program];
    expect(spawnSync('taskset', words, { encoding: 'utf8' }).stdout.trim()).toBe(`${core}`);
  },
);
