import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { pinnableCore } from '../../../src/workers/launch.ts';
import { waitedBy } from '../../../src/workers/waiting.ts';

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

const loop = 'const end = Date.now() + 60_000; while (Date.now() < end);';
const own = `const { Worker } = require('node:worker_threads'); new Worker(${JSON.stringify(loop)}, { eval: true }); ${loop}`;

/** Starts a program on the core that latency is taken on. */
function busy(program: string): number {
  const child = spawn('taskset', ['--cpu-list', `${pinnableCore()}`, process.execPath, '-e', program], {
    stdio: 'ignore',
  });
  started.push(child);
  return child.pid!;
}

async function waitedIn(pid: number, seconds: number): Promise<number> {
  const before = waitedBy(pid)!;
  await after(seconds * 1e3);
  return (waitedBy(pid)! - before) / seconds;
}

test.runIf(process.platform === 'linux')('a neighbour on the same core is seen', async () => {
  const pid = busy(loop);
  for (let neighbour = 0; neighbour < 3; neighbour += 1) busy(loop);
  await after(500);
  expect(await waitedIn(pid, 2)).toBeGreaterThan(0.5);
});

test.runIf(process.platform === 'linux')('what its own threads take is its own doing', async () => {
  const pid = busy(own);
  await after(500);
  const all = (): number => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  const [before, seconds] = [all(), 2];
  const others = await waitedIn(pid, seconds);
  // As much as its main thread, had it no neighbour: half. However busy the machine is, some.
  expect((all() - before) / seconds - others).toBeGreaterThan(0.05);
});

test('a process that is gone tells nothing', () => {
  expect(waitedBy(2 ** 30)).toBeNull();
});
