/**
 * The sides of a comparison of files: which file runs where, its worker, its open session. Workers start from the files' names
 * alone and boot while the files are inspected; none opens a file that was not.
 */
import type { Backend, Format } from '../backends/backend.ts';
import { findBackend, listBackends } from '../backends/registry.ts';
import { hostAt, idleBackends } from '../backends/runtimes/host.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { readDeadline } from '../workers/deadline.ts';
import type { Replies } from '../workers/protocol.ts';
import { Worker, WorkerFailure } from '../workers/worker.ts';
import { chosenBackends } from './options.ts';

/** A file that will run on a backend. */
export interface Side {
  readonly file: string;
  readonly backend: Backend;
  readonly worker: Worker;
}

export interface OpenSide extends Side {
  readonly path: string;
  readonly bytes: number;
  readonly version: string;
  readonly session: Replies['open'];
}

/** Starts one worker a side. Two files: one backend each; one file: every backend named, or all that open its format. */
export async function startSides(files: readonly string[], ids: readonly string[], threads: number): Promise<Side[]> {
  if (files.length > 2)
    throw new BadInput({ what: `${files.length} files`, where: 'command line', fix: 'compare two at a time' });
  const places = await placesFor(files, ids);
  if (places.length < 2)
    throw new BadInput({
      what: 'nothing to compare with',
      where: files.join(' '),
      fix: 'give a second file, or two backends: --backend ort-node/cpu,ort-web/wasm',
    });
  const options = { root: process.cwd(), threads, core: null, deadline: readDeadline(process.env) };
  return places.map((place) => ({ ...place, worker: new Worker(place.backend, options) }));
}

type Place = Pick<Side, 'file' | 'backend'>;

async function placesFor(files: readonly string[], ids: readonly string[]): Promise<Place[]> {
  const [first = '', second] = files;
  if (second !== undefined && ids.length === 0) {
    return Promise.all(files.map(async (file) => ({ file, backend: await defaultBackend(formatOf(file)) })));
  }
  const all = await listBackends();
  const chosen = chosenBackends(all, ids);
  if (second !== undefined) {
    if (chosen.length > 2)
      throw new BadInput({
        what: `${chosen.length} backends for 2 files`,
        where: '--backend',
        fix: 'name one for both files, or one for each',
      });
    return files.map((file, index) => ({ file, backend: opening(chosen[index] ?? chosen[0], formatOf(file)) }));
  }
  const format = formatOf(first);
  const idle = idleBackends(all, hostAt(process.cwd()));
  const able = ids.length === 0 ? all.filter(({ id, formats }) => formats.includes(format) && !idle.has(id)) : chosen;
  return able.map((backend) => ({ file: first, backend: opening(backend, format) }));
}

/** What the name promises; the inspection holds the file to it. */
const formatOf = (file: string): Format => (file.toLowerCase().endsWith('.onnx') ? 'onnx' : 'tfjs');

export const defaultBackendOf = (file: string): Promise<Backend> => defaultBackend(formatOf(file));

/** The fastest native runtime of a format; TF.js on wasm needs no build. */
const defaultBackend = (format: Format): Promise<Backend> =>
  findBackend(format === 'onnx' ? 'ort-node/cpu' : 'tfjs/wasm');

function opening(backend: Backend | undefined, format: Format): Backend {
  if (backend?.formats.includes(format)) return backend;
  throw new BadInput({
    what: `${backend?.id ?? 'no backend'} does not open ${format} files`,
    where: '--backend',
    fix: 'name a backend of that format: onpar doctor lists them',
  });
}

/** Inspects the file, then lets the worker open it. */
export async function openSide(side: Side): Promise<OpenSide> {
  const { inspectModelFile } = await import('../models/artifact.ts');
  const { path, bytes } = await inspectModelFile(side.file);
  const { version } = await side.worker.hello().catch(blame(side, 'open'));
  return { ...side, path, bytes, version, session: await side.worker.open(path).catch(blame(side, 'open')) };
}

export const runSide = (side: Side, feeds: TensorMap): Promise<Replies['run']> =>
  side.worker.run(feeds).catch(blame(side, 'run'));

/** A backend that refuses, crashes or hangs is told as such: it is no fault of ours that needs a stack. */
export const blame =
  ({ file, backend }: Side, verb: 'open' | 'run' | 'time') =>
  (error: unknown): never => {
    if (!(error instanceof WorkerFailure)) throw error;
    const fix =
      error.kind === 'refused' && verb === 'run'
        ? 'look at the inputs that it takes: --dim, --range or --inputs x.npz'
        : `check the backend with: onpar doctor ${backend.id}`;
    const what = `${backend.id} cannot ${verb} it (${error.kind}): ${error.message}`;
    throw new BadInput({ what, where: file, fix }, { cause: error });
  };
