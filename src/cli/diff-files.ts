/**
 * `onpar diff a.onnx b.onnx`, or one file on two backends, two releases of its runtime or two numbers of threads: sides without project and card. Inputs are drawn
 * from the first file's signature as `onpar compare` does; a card is made of them, and everything after that is the same as for a project.
 */
import { basename, dirname, relative } from 'node:path';
import { stat } from 'node:fs/promises';
import { listBackends } from '../backends/registry.ts';
import type { Backend } from '../backends/backend.ts';
import { packagesOf } from '../base/packages.ts';
import { packageNamed } from '../base/runtime-package.ts';
import type { RuntimePackage } from '../base/runtime-package.ts';
import type { Place } from '../diff/places.ts';
import { byPackage, byThreads, packagesKnownTo } from '../diff/sides.ts';
import type { DiffSide, Sides } from '../diff/sides.ts';
import { inspectModelFile, sha256Of } from '../models/artifact.ts';
import type { Artifact, Model, ModelCard, Output } from '../models/card.ts';
import { nearest } from '../schema/explain.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import { alignedFeeds, assumedOutputs, outputNames } from './align.ts';
import { refuse, refuseThreads } from './diff-options.ts';
import type { DiffOptions, Threads } from './diff-options.ts';
import { feedsFor, shapeOf } from './feeds.ts';
import { looksLikeLogits } from './judge-sides.ts';
import { chosenBackends } from './options.ts';
import { defaultBackendOf, openSide, startSides } from './sides.ts';
import type { OpenSide } from './sides.ts';

export interface FileSides {
  readonly sides: Sides;
  readonly places: readonly Place[];
}

/** `tell` hears what the inputs are, and what was assumed about names and layouts; `where`: the option that names the base. Throws BadInput. */
export async function prepareFiles(
  files: readonly string[],
  options: DiffOptions,
  { threads, baseThreads }: Threads,
  tell: (line: string) => void,
  where: string,
): Promise<FileSides> {
  const runtime = await runtimeOf(files, options, where);
  const asked = { runtime, where };
  const started = await startSides(files, await backendsFor(files, options, baseThreads, asked), threads);
  try {
    refuseThreads(
      started.map(({ backend }) => backend),
      { threads, baseThreads },
    );
    const [base, ours] = await Promise.all(started.map(openSide));
    if (base === undefined || ours === undefined) throw new Error('two sides were started');
    const { batch, base: _, only: __, ...rest } = options;
    const [feeding] = await feedsFor(base.session.inputs, { ...rest, ...(batch !== undefined && { batch: [batch] }) });
    const feeds = feeding?.feeds ?? {};
    const shapes = Object.entries(feeds).map(([name, { dtype, dims }]) => shapeOf({ name, dtype, dims }));
    const from = options.inputs ?? `drawn from the signature, seed ${options.seed}`;
    tell(`inputs ${from}: ${shapes.join(', ')}`);
    const aligned = alignedFeeds(feeds, base.session.inputs, ours.session.inputs);
    const names = outputNames(ours.session.outputs, base.session.outputs);
    for (const line of [...aligned.assumptions, ...assumedOutputs(names ?? {})]) tell(`assumed: ${line}`);
    const name = basename(ours.file);
    const backends = await listBackends();
    const side = async (open: OpenSide, made: Omit<Made, 'name' | 'outputs'>): Promise<DiffSide> => {
      const { outputs } = (names === null ? open : base).session;
      const model = await modelOf(open, { name, outputs, ...made });
      const project = { root: process.cwd(), models: [model], datasets: new Map(), backends };
      return { label: open.file, root: process.cwd(), project, threads, backend: open.backend };
    };
    const sides = {
      base: await side(base, { drawn: feeds, precision: 'float32', names: null }),
      ours: await side(ours, { drawn: aligned.feeds, precision: options.quantized ? 'int8' : 'float32', names }),
    };
    return {
      sides: await told(sides, runtime, baseThreads, tell),
      places: [placeOf(name, ours.backend, threads)],
    };
  } finally {
    await Promise.all(started.map(({ worker }) => worker.close()));
  }
}

/** As startSides takes them: none, one for both or one for each. */
async function backendsFor(
  files: readonly string[],
  options: DiffOptions,
  baseThreads: number | undefined,
  asked: AskedBase,
): Promise<readonly string[]> {
  const { where } = asked;
  const [file = ''] = files;
  if (files.length === 1) return backendsOfOne(file, options, baseThreads, asked);
  if (options.base !== undefined)
    refuse(where, 'two files are both sides already', `leave ${where} out, or give one file`);
  if (baseThreads !== undefined)
    refuse('--base-threads', 'the two files differ already', 'give one file: one thing differs at a time');
  return options.backend ?? [];
}

async function backendsOfOne(
  file: string,
  { base, backend = [], quantized }: DiffOptions,
  baseThreads: number | undefined,
  { runtime, where }: AskedBase,
): Promise<readonly string[]> {
  if (quantized) refuse('--quantized', 'one file is no INT8 form of itself', 'give two files');
  const [own = (await defaultBackendOf(file)).id, ...more] = backend;
  if (more.length > 0) refuse('--backend', `${backend.length} backends for the new side`, 'name one');
  if (baseThreads !== undefined) return [own, own];
  const fix = `onpar diff base.onnx ${file}, or --base <backend>, or --base <package>@<version>`;
  if (base === undefined) return refuse(file, 'one file, and nothing to compare it with', fix);
  const backends = await listBackends();
  if (runtime !== null) return onRuntime(runtime, chosenBackends(backends, [own])[0] as Backend, where);
  if (!backends.some(({ id }) => id === base)) refuseBase(base, backends, where);
  return base === own ? refuse(where, `both sides run on ${own}`, 'name another one with --backend') : [base, own];
}

/** One backend, twice: it has to run on the package, in another release than the one that is here. */
function onRuntime({ name, version }: RuntimePackage, { id, packages }: Backend, where: string): readonly string[] {
  if (!packages.includes(name))
    refuse(where, `${id} does not run on ${name}`, 'name a backend that does with --backend');
  const here = packagesOf(process.cwd(), [name]).get(name);
  if (here === version)
    refuse(where, `both sides run on ${name}@${version}`, `name another version: npm view ${name} versions`);
  return [id, id];
}

/** A file has no commit before. */
function refuseBase(base: string, backends: readonly Backend[], where: string): never {
  const ids = backends.map(({ id }) => id);
  const near = nearest(base, ids);
  const others = `a backend (${ids.join(', ')}), or another release such as onnxruntime-node@1.29.0`;
  refuse(
    where,
    `'${base}' is neither a backend nor a release`,
    near === undefined ? `give ${others}` : `did you mean ${near}? Else ${others}`,
  );
}

interface AskedBase {
  /** Null where no release of a runtime package is meant. */
  readonly runtime: RuntimePackage | null;
  readonly where: string;
}

/** Of one file alone. */
const runtimeOf = async (
  files: readonly string[],
  { base, baseThreads }: DiffOptions,
  where: string,
): Promise<RuntimePackage | null> =>
  files.length > 1 || base === undefined || baseThreads !== undefined
    ? null
    : packageNamed(process.cwd(), base, packagesKnownTo(await listBackends()), where);

/** What differs names the sides. */
async function told(
  { base, ours }: Sides,
  runtime: RuntimePackage | null,
  baseThreads: number | undefined,
  tell: (line: string) => void,
): Promise<Sides> {
  if (baseThreads !== undefined) return byThreads(ours, baseThreads);
  if (runtime === null)
    return base.label === ours.label && base.backend?.id !== ours.backend?.id
      ? { base: byBackend(base), ours: byBackend(ours) }
      : { base, ours };
  const here = packagesOf(ours.root, [runtime.name]).get(runtime.name);
  return byPackage({ ...ours, label: `${runtime.name}${here === undefined ? '' : `@${here}`}` }, runtime, tell);
}

const byBackend = (side: DiffSide): DiffSide => ({ ...side, label: side.backend?.id ?? side.label });

const placeOf = (name: string, backend: Backend, threads: number): Place => ({
  id: `files/${name}/${backend.id}`,
  subject: { metric: 'diff', model: 'files', artifact: name, backend: backend.id, batch: null, threads, images: null },
  accuracy: null,
  has: 'both',
});

interface Made {
  readonly name: string;
  readonly drawn: TensorMap;
  readonly precision: Artifact['precision'];
  /** The first file's, where the other's are taken for them. */
  readonly outputs: OpenSide['session']['outputs'];
  readonly names: Readonly<Record<string, string>> | null;
}

/** A card that says no more than the files do. */
async function modelOf({ file, session }: OpenSide, made: Made): Promise<Model> {
  const { name, drawn, precision, outputs, names } = made;
  const { path, format, files } = await inspectModelFile(file);
  const folder = dirname(path);
  const describe = async (each: string): Promise<Artifact['files'][0]> => ({
    path: relative(folder, each),
    sha256: await sha256Of(each),
    bytes: (await stat(each)).size,
  });
  const listed = (await Promise.all(files.map(describe))) as unknown as Artifact['files'];
  const rows = Object.values(drawn)[0]?.dims[0] ?? 1;
  const card = {
    id: 'files',
    name: file,
    // Without axes: nobody knows which one is the batch, so they are fed whole.
    inputs: session.inputs.map((input) => ({ name: input.name, dtype: input.dtype, dims: [] })),
    outputs: outputs.map((output): Output => ({
      name: output.name,
      dtype: output.dtype,
      dims: output.dims.map((axis) => axis ?? '?'),
      task: looksLikeLogits(output.dims) ? 'classification' : 'raw',
    })),
    artifacts: { [name]: { format, precision, files: listed, ...(names && { names }) } },
    batches: [rows],
  } as unknown as ModelCard;
  return { card, folder, drawn: { rows, inputs: drawn } };
}
