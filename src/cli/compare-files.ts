/**
 * `onpar compare a.onnx [b.onnx | tfjs-folder]`: a verdict in seconds without card, configuration or repository. Workers start
 * before anything else is loaded, side by side; the first side is what the others are compared with.
 */
import type { Backend } from '../backends/backend.ts';
import { findBackend, listBackends } from '../backends/registry.ts';
import { compareOutputs } from '../compare/parity.ts';
import type { ParityComparison } from '../compare/parity.ts';
import { quantizedAgainstFloat, relationTolerance, toleranceFor } from '../compare/tolerance.ts';
import { rowsDiffer } from '../compare/vacuity.ts';
import { inspectModelFile } from '../models/artifact.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { Worker, WorkerFailure } from '../workers/worker.ts';
import type { Replies } from '../workers/protocol.ts';
import { alignedFeeds, alignedOutputs } from './align.ts';
import type { CompareOptions } from './compare-options.ts';
import { feedsFor } from './feeds.ts';
import { pairedLatency } from './paired-latency.ts';
import type { PairedLatency } from './paired-latency.ts';
import { chosenBackends, unknown, wholeNumber } from './options.ts';

export interface Side {
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
  readonly backend: Backend;
  readonly worker: Worker;
}

export interface OpenSide extends Side {
  readonly version: string;
  readonly session: Replies['open'];
}

export interface SideResult {
  readonly side: OpenSide;
  readonly comparison: ParityComparison;
  readonly verdict: 'match' | 'mismatch' | 'vacuous';
  readonly assumptions: readonly string[];
  readonly latency: PairedLatency | null;
  /** The first side's outputs and this side's, under the first side's names. */
  readonly outputs: { readonly actual: TensorMap; readonly expected: TensorMap };
}

export async function compareFiles(targets: readonly string[], options: CompareOptions): Promise<void> {
  const sides = await startSides(targets, options);
  try {
    const [base, ...others] = await Promise.all(sides.map(openSide));
    if (base === undefined || others.length === 0)
      throw new BadInput({
        what: 'nothing to compare with',
        where: targets.join(' '),
        fix: 'give a second file, or two backends: --backend ort-node/cpu,ort-web/wasm',
      });
    const feeds = await feedsFor(base.session.inputs, options);
    const first = await runSide(base, feeds);
    const results = [];
    for (const side of others) results.push(await compareSide(base, side, feeds, first.outputs, options));
    const { renderFiles, filesJson } = await import('./render-files.ts');
    process.stdout.write(
      options.json ? await filesJson(base, results, feeds, options) : renderFiles(base, results, feeds, options),
    );
    process.exitCode = results.every(({ verdict }) => verdict === 'match') ? 0 : 1;
  } finally {
    await Promise.all(sides.map(({ worker }) => worker.close()));
  }
}

async function startSides(targets: readonly string[], options: CompareOptions): Promise<Side[]> {
  if (targets.length > 2)
    throw new BadInput({
      what: `${targets.length} files`,
      where: 'command line',
      fix: 'compare two at a time',
    });
  const files = await Promise.all(targets.map(async (file) => ({ file, ...(await inspectModelFile(file)) })));
  const threads = wholeNumber('--threads', options.threads, 0);
  const places = await placesFor(
    files.map(({ format }) => format),
    options.backend ?? [],
  );
  return places.map(({ index, backend }) => {
    const { file, path, bytes } = files[index] ?? files[0] ?? unknown('file', '', targets);
    return {
      file,
      path,
      bytes,
      backend,
      worker: new Worker(backend, { root: process.cwd(), threads, core: null, deadline: 120 }),
    };
  });
}

interface FilePlace {
  readonly index: number;
  readonly backend: Backend;
}

/** Which file runs where. Two files: one backend each; one file: every backend named, or all that open its format. */
async function placesFor(formats: readonly Backend['formats'][number][], ids: readonly string[]): Promise<FilePlace[]> {
  const [format] = formats;
  if (ids.length === 0 && formats.length === 2) {
    return Promise.all(formats.map(async (each, index) => ({ index, backend: await defaultBackend(each) })));
  }
  const all = await listBackends();
  const chosen = chosenBackends(all, ids);
  if (formats.length === 2) {
    return formats.map((each, index) => ({ index, backend: opening(chosen[index] ?? chosen[0], each) }));
  }
  const able = ids.length === 0 ? await availableFor(all, format) : chosen.map((backend) => opening(backend, format));
  return able.map((backend) => ({ index: 0, backend }));
}

/** The fastest native runtime of a format; TF.js on wasm needs no build. */
const defaultBackend = (format: string): Promise<Backend> =>
  findBackend(format === 'onnx' ? 'ort-node/cpu' : 'tfjs/wasm');

function opening(backend: Backend | undefined, format: Backend['formats'][number] | undefined): Backend {
  if (backend !== undefined && format !== undefined && backend.formats.includes(format)) return backend;
  throw new BadInput({
    what: `${backend?.id ?? 'no backend'} does not open ${format ?? 'this'} files`,
    where: '--backend',
    fix: 'name a backend of that format: onpar doctor lists them',
  });
}

async function availableFor(backends: readonly Backend[], format: string | undefined): Promise<readonly Backend[]> {
  const { probe } = await import('../broker/availability.ts');
  const able = backends.filter((backend) => backend.formats.some((each) => each === format));
  const states = await Promise.all(
    able.map((backend) => probe(backend, { root: process.cwd(), threads: 1, core: null, deadline: 60 })),
  );
  return able.filter((_, index) => states[index]?.available);
}

async function openSide(side: Side): Promise<OpenSide> {
  const { version } = await side.worker.hello().catch(blame(side, 'open'));
  return { ...side, version, session: await side.worker.open(side.path).catch(blame(side, 'open')) };
}

const runSide = (side: Side, feeds: TensorMap): Promise<Replies['run']> =>
  side.worker.run(feeds).catch(blame(side, 'run'));

/** A backend that refuses, crashes or hangs is told as such: it is no fault of ours that needs a stack. */
const blame =
  ({ file, backend }: Side, verb: 'open' | 'run' | 'time') =>
  (error: unknown): never => {
    if (!(error instanceof WorkerFailure)) throw error;
    const fix =
      error.kind === 'refused' && verb !== 'open'
        ? 'look at the inputs that it takes: --dim, --range or --inputs x.npz'
        : `check the backend with: onpar doctor ${backend.id}`;
    throw new BadInput({
      what: `${backend.id} cannot ${verb} it (${error.kind}): ${error.message}`,
      where: file,
      fix,
    });
  };

async function compareSide(
  base: OpenSide,
  side: OpenSide,
  feeds: TensorMap,
  expected: TensorMap,
  options: CompareOptions,
): Promise<SideResult> {
  const aligned = alignedFeeds(feeds, base.session.inputs, side.session.inputs);
  const reply = await runSide(side, aligned.feeds);
  const outputs = alignedOutputs(reply.outputs, expected);
  const comparison = compareOutputs(outputs.outputs, expected, {
    tolerance: (_, { dtype }) => (options.quantized ? relationTolerance(quantizedAgainstFloat) : toleranceFor(dtype)),
    classifications: Object.keys(expected).filter(
      (name) => (expected[name]?.dims.length ?? 0) === 2 && (expected[name]?.dims[1] ?? 0) > 1,
    ),
    inputsDiffer: rowsDiffer(feeds),
  });
  const verdict = comparison.vacuous !== null ? 'vacuous' : comparison.excess <= 1 ? 'match' : 'mismatch';
  const latency =
    options.only === 'parity'
      ? null
      : await pairedLatency(base.worker, feeds, side.worker, aligned.feeds).catch(blame(side, 'time'));
  return {
    side,
    comparison,
    verdict,
    assumptions: [...aligned.assumptions, ...outputs.assumptions],
    latency,
    outputs: { actual: outputs.outputs, expected },
  };
}
