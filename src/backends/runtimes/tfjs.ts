/** What the TensorFlow.js backends share: opening a layers-model or graph-model folder, feeding it, reading its outputs. */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, isAbsolute } from 'node:path';
import { elementCount, tensor } from '../../tensor/tensor.ts';
import type { Dtype, Tensor, TensorMap } from '../../tensor/tensor.ts';
import type { Binding, Session, Signature } from '../backend.ts';

interface TfTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  dataSync(): Float32Array | Int32Array | Uint8Array;
  dispose(): void;
}

interface TfSymbol {
  readonly name: string;
  readonly dtype?: string;
  readonly shape?: readonly (number | null)[];
}

interface TfModel {
  readonly inputs: readonly TfSymbol[];
  readonly outputs: readonly TfSymbol[];
  /** Names of the layers; layers models only. */
  readonly inputNames?: readonly string[];
  readonly outputNames?: readonly string[];
  dispose(): void;
  /** Layers models; unlike `predict` it never splits the batch. */
  predictOnBatch?(inputs: TfTensor[]): TfTensor | TfTensor[];
  /** Graph models. */
  execute?(inputs: Record<string, TfTensor>, outputs: readonly string[]): TfTensor | TfTensor[];
}

/** The part of TensorFlow.js that onpar uses; written down here so that the runtime stays an optional peer. */
export interface Tf {
  readonly version: Readonly<Record<string, string>>;
  readonly io: { fromMemory(artifacts: object): unknown };
  ready(): Promise<void>;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  env(): { set(flag: string, value: boolean): void };
  loadLayersModel(source: unknown): Promise<TfModel>;
  loadGraphModel(source: unknown): Promise<TfModel>;
  tensor(data: unknown, shape: readonly number[], dtype: string): TfTensor;
  tidy<T>(body: () => T): T;
}

/** Makes `name` the active TensorFlow.js backend, or rejects: TensorFlow.js itself would fall back to another one silently. */
export async function activate(tf: Tf, name: string): Promise<void> {
  const active = await tf.setBackend(name);
  await tf.ready();
  if (!active || tf.getBackend() !== name)
    throw new Error(`TensorFlow.js fell back to ${tf.getBackend()} instead of ${name}`);
}

/** Opens the model whose model.json is at `path`. */
export async function openTfSession(tf: Tf, path: string): Promise<Session> {
  const description = JSON.parse(await readFile(path, 'utf8')) as ModelJson;
  const source = tf.io.fromMemory({ ...description, ...(await readWeights(dirname(path), description)) });
  const isGraph = description.format === 'graph-model';
  const model = isGraph ? await tf.loadGraphModel(source) : await tf.loadLayersModel(source);
  const inputs = signaturesOf(model.inputs, model.inputNames);
  const outputs = signaturesOf(model.outputs, model.outputNames);
  return {
    inputs,
    outputs,
    bind: (feeds) => bind(tf, model, { inputs, outputs }, feeds),
    async close() {
      model.dispose();
    },
  };
}

interface ModelJson {
  readonly format?: string;
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly object[];
  }[];
}

async function readWeights(folder: string, { weightsManifest }: ModelJson): Promise<object> {
  const paths = weightsManifest.flatMap((group) => group.paths);
  const outside = paths.find((path) => isAbsolute(path) || relative(folder, join(folder, path)).startsWith('..'));
  if (outside !== undefined) throw new Error(`weights path ${outside} leads out of the model's folder`);
  const shards = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const joined = Buffer.concat(shards);
  return {
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: joined.buffer.slice(joined.byteOffset, joined.byteOffset + joined.byteLength),
  };
}

/**
 * TensorFlow.js appends :0 to graph names. A layers model's tensors are named layer/activation, and numbered where the same model
 * was opened before: the layer is what people know, and what stays.
 */
const plainName = (name: string): string => name.replace(/:0$/, '').split('/')[0] ?? name;

const signaturesOf = (symbols: readonly TfSymbol[], layers: readonly string[] = []): readonly Signature[] =>
  symbols.map(({ name, dtype, shape }, index) => ({
    name: layers[index] ?? plainName(name),
    dtype: dtypeOf(dtype ?? 'float32'),
    dims: (shape ?? []).map((axis) => (axis === null || axis < 0 ? null : axis)),
  }));

function dtypeOf(name: string): Dtype {
  if (name === 'float32' || name === 'int32' || name === 'bool') return name;
  throw new TypeError(`element type ${name} is not supported by TensorFlow.js backends`);
}

type Signatures = Pick<Session, 'inputs' | 'outputs'>;

function bind(tf: Tf, model: TfModel, { inputs, outputs }: Signatures, feeds: TensorMap): Binding {
  const native = inputs.map(({ name }) => toTf(tf, name, feeds));
  let last: TfTensor[] = [];
  const release = (): void => {
    for (const output of last) output.dispose();
    last = [];
  };
  return {
    async call() {
      release();
      last = tf.tidy(() => invoke(model, native));
      // Reading the values is the synchronization point: without it only the enqueueing would be timed.
      for (const output of last) output.dataSync();
    },
    outputs: () =>
      Object.fromEntries(last.map((output, index) => [outputs[index]?.name ?? `output_${index}`, fromTf(output)])),
    release() {
      release();
      for (const input of native) input.dispose();
    },
  };
}

function invoke(model: TfModel, inputs: TfTensor[]): TfTensor[] {
  const result = model.predictOnBatch
    ? model.predictOnBatch(inputs)
    : model.execute?.(
        Object.fromEntries(model.inputs.map((input, index) => [input.name, inputs[index]])) as Record<string, TfTensor>,
        model.outputs.map((output) => output.name),
      );
  return Array.isArray(result) ? result : [result as TfTensor];
}

function toTf(tf: Tf, name: string, feeds: TensorMap): TfTensor {
  const value = feeds[name];
  if (value === undefined) throw new Error(`no feed for input ${name}`);
  // TensorFlow.js has no 64-bit integers; ids and masks fit 32 bits.
  const isInt64 = value.dtype === 'int64';
  const data = isInt64 ? Int32Array.from(value.data as BigInt64Array, Number) : value.data;
  return tf.tensor(data, value.dims, isInt64 ? 'int32' : value.dtype);
}

function fromTf(output: TfTensor): Tensor {
  const dtype = dtypeOf(output.dtype);
  const data = output.dataSync();
  return tensor(dtype, output.shape, data.slice(0, elementCount(output.shape)));
}
