/** Says of each backend whether it is here, in its own words: a worker loads the runtime, because a native library may abort. */
import type { Backend } from '../backends/backend.ts';
import { hostAt } from '../backends/runtimes/host.ts';
import { lackOf } from '../backends/runtimes/needs.ts';
import { pythonFault } from '../workers/python.ts';
import { WorkerFailure } from '../workers/worker.ts';
import { Unavailable } from './measurement.ts';
import type { Worker } from '../workers/worker.ts';

export type Availability =
  | { readonly available: true; readonly version: string; readonly provider: string }
  | {
      readonly available: false;
      readonly reason: string;
      /** The command or place that would bring what is missing. */
      readonly bring: string;
      /** How its worker died while it loaded the runtime; null where the backend is merely not here: not installed, or it declines. */
      readonly broken: 'crashed' | 'timed-out' | null;
    };

/** Throws what a case of a backend ends with that is not here, or whose worker died while it loaded. `whose` goes before the reason. */
export function demandHere(id: string, found: Availability, whose = ''): void {
  if (found.available) return;
  if (found.broken !== null) throw new WorkerFailure(found.broken, `${whose}${found.reason}`);
  throw new Unavailable(id, `${whose}${found.reason}; ${found.bring}`);
}

/**
 * Starts a worker, which loads the runtime, unless a package is missing in the project at `root`. `done` gets the worker that has
 * loaded it and done nothing else.
 */
export async function probe(
  backend: Backend,
  root: string,
  start: () => Worker,
  done = (worker: Worker): Promise<void> => worker.close(),
): Promise<Availability> {
  const missing = missingFor(backend, root);
  if (missing !== null) return { available: false, broken: null, bring: backend.bring, ...missing };
  const worker = start();
  try {
    const { version, provider } = await worker.hello();
    await done(worker);
    return { available: true, version, provider };
  } catch (error) {
    await worker.close();
    if (!(error instanceof WorkerFailure)) throw error;
    const reason = firstLine(error.message);
    const { bring } = backend;
    if (error.kind === 'refused') return { available: false, broken: null, reason, bring };
    return { available: false, broken: error.kind, reason: `the runtime did not load: ${reason}`, bring };
  }
}

/** What the backend needs beside packages; its Python, or the first package that does not resolve from the project. Nothing is loaded. */
function missingFor(backend: Backend, root: string): { reason: string; bring?: string } | null {
  const host = hostAt(root);
  const needs = backend.needs?.(host) ?? [];
  const hardware = needs.find(({ kind, lacks }) => kind === 'hardware' && lacks !== null);
  // Starting a Python takes longer than looking for a file.
  const fault = hardware === undefined && backend.host === 'python' ? pythonFault(process.env) : null;
  if (fault !== null) return { reason: fault };
  const absent = hardware ? undefined : backend.packages.find((name) => host.folderOf(name) === null);
  if (absent !== undefined) return { reason: `package ${absent} is not installed` };
  const lack = hardware ?? needs.find(({ lacks }) => lacks !== null);
  return lack === undefined ? null : { reason: lackOf(lack), bring: lack.fix };
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
