/** `onpar doctor`: every backend, here or not or broken, with its version, or the reason and the command that would bring it. */
import { probe } from '../broker/availability.ts';
import type { Availability } from '../broker/availability.ts';
import { listBackends } from '../backends/registry.ts';
import type { Backend } from '../backends/backend.ts';
import { findRoot } from '../cases/project.ts';
import { readDeadline } from '../workers/deadline.ts';
import { pinnableCore } from '../workers/launch.ts';
import { Worker } from '../workers/worker.ts';
import type { WorkerOptions } from '../workers/worker.ts';
import { chosenBackends } from './options.ts';

interface Finding {
  readonly id: string;
  readonly state: Availability;
  readonly bring: string;
}

export async function doctor(ids: readonly string[], { json = false }: { json?: boolean }): Promise<void> {
  const root = findRoot(process.cwd()) ?? process.cwd();
  const backends = chosenBackends(await listBackends(), ids);
  const options = { root, threads: 1, core: null, deadline: readDeadline(process.env) };
  const findings = await Promise.all(backends.map((backend) => examine(backend, options)));
  const pinned = pinnableCore() !== null;
  process.stdout.write(
    json ? `${JSON.stringify({ backends: findings, pinned }, null, 2)}\n` : render(findings, pinned),
  );
}

async function examine(backend: Backend, options: WorkerOptions): Promise<Finding> {
  const state = await probe(backend, options.root, () => new Worker(backend, options));
  return { id: backend.id, state, bring: backend.bring };
}

function render(findings: readonly Finding[], pinned: boolean): string {
  const width = Math.max(...findings.map(({ id }) => id.length), 'latency'.length);
  const lines = findings.map(({ id, state, bring }) =>
    state.available
      ? `✓ ${id.padEnd(width)}  ${state.version}   ${state.provider}`
      : `${state.broken === null ? '·' : '✗'} ${id.padEnd(width)}  ${state.reason}\n  ${' '.repeat(width)}  bring it: ${bring}`,
  );
  const latency = pinned
    ? '✓ latency'.padEnd(width + 2) + '  pinned to one core'
    : '! latency'.padEnd(width + 2) + '  not pinned: taskset is missing (apt-get install util-linux)';
  return `${[...lines, latency].join('\n')}\n`;
}
