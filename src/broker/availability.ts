/** Says of each backend whether it is here, in its own words: a worker loads the runtime, because a native library may abort. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { pythonFault } from '../workers/python.ts';
import { WorkerFailure } from '../workers/worker.ts';
import type { Worker } from '../workers/worker.ts';

export type Availability =
  | { readonly available: true; readonly version: string; readonly provider: string }
  | {
      readonly available: false;
      readonly reason: string;
      /** How its worker died while it loaded the runtime; null where the backend is merely not here: not installed, or it declines. */
      readonly broken: 'crashed' | 'timed-out' | null;
    };

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
  if (missing !== null) return { available: false, broken: null, reason: missing };
  const worker = start();
  try {
    const { version, provider } = await worker.hello();
    await done(worker);
    return { available: true, version, provider };
  } catch (error) {
    await worker.close();
    if (!(error instanceof WorkerFailure)) throw error;
    const reason = firstLine(error.message);
    if (error.kind === 'refused') return { available: false, broken: null, reason };
    return { available: false, broken: error.kind, reason: `the runtime did not load: ${reason}` };
  }
}

/** A Python that runs, or the first package of the backend that does not resolve from the project; without loading any. */
function missingFor({ host, packages }: Backend, root: string): string | null {
  if (host === 'python') return pythonFault(process.env);
  const resolvers = [createRequire(join(root, 'package.json')), createRequire(import.meta.url)];
  const missing = packages.find((name) => !resolvers.some((resolver) => resolves(resolver, name)));
  return missing === undefined ? null : `package ${missing} is not installed`;
}

function resolves(resolver: NodeJS.Require, name: string): boolean {
  try {
    resolver.resolve(name);
    return true;
  } catch {
    return false;
  }
}

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
