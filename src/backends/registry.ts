/** Finds the backends: every file of this folder that exports `backend`. Adding a backend is adding a file. */
import { readdir } from 'node:fs/promises';
import type { Backend } from './backend.ts';

const helpers = new Set(['backend', 'registry']);

/** All backends, ordered by id. */
export async function listBackends(): Promise<readonly Backend[]> {
  const names = await backendNames(here);
  const backends = await Promise.all(names.map((name) => importBackend(name, here)));
  if (backends.length === 0) throw new Error('no backend file was found beside the registry');
  return backends;
}

/**
 * The backend of this id, without looking at the others: a worker loads no more than it runs. `folder`: where another version of
 * onpar has its backend files.
 */
export async function findBackend(id: string, folder: URL = here): Promise<Backend> {
  const name = fileOf(id);
  if (!(await backendNames(folder)).includes(name)) throw new Error(`unknown backend '${id}'`);
  return importBackend(name, folder);
}

const fileOf = (id: string): string => id.replaceAll(/[/@]/g, '-');

const here = new URL('.', import.meta.url);

async function backendNames(folder: URL): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .flatMap((file) => /^([a-z0-9-]+)\.[jt]s$/.exec(file)?.[1] ?? [])
    .filter((name) => !helpers.has(name))
    .toSorted();
}

async function importBackend(name: string, folder: URL): Promise<Backend> {
  // The extension is that of this very file: .ts under a test runner, .js when compiled, as another version always is.
  const extension = folder === here ? import.meta.url.slice(import.meta.url.lastIndexOf('.')) : '.js';
  const { backend } = (await import(new URL(`${name}${extension}`, folder).href)) as {
    backend?: Backend;
  };
  if (backend === undefined || fileOf(backend.id) !== name)
    throw new Error(`backends/${name} must export \`backend\` with the id of its file name`);
  return backend;
}
