/** `onpar doctor`: every backend, here or not or broken, with its version, or the reason and the command that would bring it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostAt } from '../backends/runtimes/host.ts';
import { lackOf } from '../backends/runtimes/needs.ts';
import type { Need } from '../backends/runtimes/needs.ts';
import { tinyModel } from '../backends/runtimes/onnxruntime.ts';
import { probe } from '../broker/availability.ts';
import type { Availability } from '../broker/availability.ts';
import { listBackends } from '../backends/registry.ts';
import type { Backend } from '../backends/backend.ts';
import { findRoot } from '../cases/project.ts';
import { readDeadline } from '../workers/deadline.ts';
import { pinnableCore } from '../workers/launch.ts';
import { Worker, WorkerFailure } from '../workers/worker.ts';
import type { WorkerOptions } from '../workers/worker.ts';
import { modelOpsets } from './opsets.ts';
import { chosenBackends } from './options.ts';

interface Finding {
  readonly id: string;
  readonly state: Availability;
  readonly bring: string;
  /** What it needs beside packages, each here or not. */
  readonly needs: readonly Need[];
  /** The greatest ONNX opset that the runtime supports; null where it opens no ONNX, or does not say. */
  readonly opset: number | null;
  /** ONNX artifacts of this project with a greater one. */
  readonly beyond: readonly string[];
}

export async function doctor(ids: readonly string[], { json = false }: { json?: boolean }): Promise<void> {
  const root = findRoot(process.cwd()) ?? process.cwd();
  const backends = chosenBackends(await listBackends(), ids);
  const options = { root, threads: 1, core: null, deadline: readDeadline(process.env) };
  const opsets = await modelOpsets(root);
  const findings = await Promise.all(backends.map((backend) => examine(backend, options, opsets)));
  const pinned = pinnableCore() !== null;
  process.stdout.write(
    json ? `${JSON.stringify({ backends: findings, pinned }, null, 2)}\n` : render(findings, pinned, ids.length > 0),
  );
}

async function examine(
  backend: Backend,
  options: WorkerOptions,
  opsets: ReadonlyMap<string, number>,
): Promise<Finding> {
  let opset: number | null = null;
  const ask = async (worker: Worker): Promise<void> => {
    if (backend.formats.includes('onnx')) opset = await greatestOpset(worker);
    await worker.close();
  };
  const state = await probe(backend, options.root, () => new Worker(backend, options), ask);
  const most: number = opset ?? Infinity;
  return {
    id: backend.id,
    state,
    bring: state.available ? backend.bring : state.bring,
    needs: backend.needs?.(hostAt(options.root)) ?? [],
    opset,
    beyond: [...opsets].flatMap(([artifact, own]) => (own > most ? [`${artifact} (opset ${own})`] : [])),
  };
}

/** Asked of the runtime itself, with a file of an opset that there is not yet: its refusal names the greatest that there is. */
async function greatestOpset(worker: Worker): Promise<number | null> {
  const folder = await mkdtemp(join(tmpdir(), 'onpar-opset-'));
  try {
    const path = join(folder, 'model.onnx');
    await writeFile(path, tinyModel(127));
    await worker.open(path);
    return null;
  } catch (error) {
    if (!(error instanceof WorkerFailure)) throw error;
    const [, most] = /till opset (\d+)/.exec(error.message) ?? [];
    return most === undefined ? null : Number(most);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `asked`: these backends were named, so everything that they need is listed. */
export function render(findings: readonly Finding[], pinned: boolean, asked: boolean): string {
  const width = Math.max(...findings.map(({ id }) => id.length), 'latency'.length);
  const indent = ' '.repeat(width + 4);
  const lines = findings.flatMap(({ id, state, bring, needs, opset, beyond }) => [
    state.available
      ? `✓ ${id.padEnd(width)}  ${state.version}   ${state.provider}${opset === null ? '' : `   ONNX opset up to ${opset}`}`
      : `${state.broken === null ? '·' : '✗'} ${id.padEnd(width)}  ${state.reason}\n${indent}bring it: ${bring}`,
    ...(asked || !lacksHardware(needs) ? needs.map((need) => `${indent}${needText(need)}`) : []),
    ...(beyond.length > 0 ? [`${indent}! beyond its opset: ${beyond.join(', ')}`] : []),
  ]);
  const latency = pinned
    ? '✓ latency'.padEnd(width + 2) + '  pinned to one core'
    : '! latency'.padEnd(width + 2) + '  not pinned: taskset is missing (apt-get install util-linux)';
  return `${[...lines, latency].join('\n')}\n`;
}

/** Nobody installs libraries for it. */
const lacksHardware = (needs: readonly Need[]): boolean =>
  needs.some(({ kind, lacks }) => kind === 'hardware' && lacks !== null);

const needText = (need: Need): string =>
  need.lacks === null ? `✓ ${need.name}: ${need.found ?? ''}` : `· ${lackOf(need)}   ->  ${need.fix}`;
