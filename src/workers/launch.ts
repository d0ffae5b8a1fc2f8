/** How a worker's process is started: bound to the harness's life, and pinned to a core, each where the platform can. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Backend } from '../backends/backend.ts';
import { allowedCores } from './cores.ts';
import { pythonOf } from './python.ts';

const entry = (file: string): string =>
  fileURLToPath(new URL(file, import.meta.url).href.replace('/src/workers/', '/dist/workers/'));

/**
 * Of util-linux, as taskset is: sets a flag and becomes its command. Linux then kills the worker when the thread that started it
 * ends (PR_SET_PDEATHSIG, prctl(2)): a harness that was killed cannot, and a worker in an endless native call never reads that its
 * pipe was closed. Node spawns from the thread that called, so that is the main thread, or one that takes its run along.
 */
const bound = ['setpriv', '--pdeathsig', 'KILL'];
const pinnedTo = (core: number): readonly string[] => ['taskset', '--cpu-list', `${core}`];

/** `outermost`: a command that becomes the one after it, before anything of the worker runs. */
export function launchWorker(
  { host }: Backend,
  core: number | null,
  env: NodeJS.ProcessEnv,
  outermost: readonly string[] = [],
): ChildProcess {
  const command =
    host === 'python'
      ? [...(core === null ? [] : pinnedTo(core)), pythonOf(env), entry('./python/worker.py')]
      : // Pins itself: see there.
        [process.execPath, entry('./node-worker.js'), ...(core === null ? [] : [String(core)])];
  const [file = '', ...args] = [...outermost, ...(works(bound) ? bound : []), ...command];
  return spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] });
}

/** The last core that this process may use; null where taskset is missing or refuses. */
export function pinnableCore(): number | null {
  const core = allowedCores().at(-1) ?? 0;
  return works(pinnedTo(core)) ? core : null;
}

/** Where latency runs: one thread on one core, as far as the platform can; more threads go where they like. */
export const coreFor = (threads: number): number | null => (threads === 1 ? pinnableCore() : null);

const tried = new Map<string, boolean>();

/** Whether this wrapper runs a command; tried once, for busybox has a setpriv that does not know the option. */
function works([file = '', ...args]: readonly string[]): boolean {
  const known = tried.get(file) ?? (process.platform === 'linux' && spawnSync(file, [...args, 'true']).status === 0);
  tried.set(file, known);
  return known;
}
