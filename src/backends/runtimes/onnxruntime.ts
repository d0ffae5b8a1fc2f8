/** What onnxruntime-node and onnxruntime-web share: both implement onnxruntime-common's session. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDtype, tensor } from '../../tensor/tensor.ts';
import type { Dtype, Tensor, TensorData, TensorMap } from '../../tensor/tensor.ts';
import type { Binding, Kernels, Session, Signature } from '../backend.ts';

interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

interface OrtMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

interface OrtSession {
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  endProfiling(): void;
  release(): Promise<void>;
}

/** The part of onnxruntime-common that onpar uses; written down here so that the runtime stays an optional peer. */
export interface Ort {
  readonly env: {
    versions: Record<string, string | undefined>;
    wasm: { numThreads?: number };
    logLevel?: string;
  };
  readonly Tensor: new (type: string, data: TensorData, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: string | Uint8Array, options: object): Promise<OrtSession> };
}

/** Opens a session; `model` is a path for onnxruntime-node and bytes for onnxruntime-web. */
export async function openOrtSession(ort: Ort, model: string | Uint8Array, options: object): Promise<Session> {
  const session = await ort.InferenceSession.create(model, options);
  return {
    inputs: session.inputMetadata.map(signatureOf),
    outputs: session.outputMetadata.map(signatureOf),
    bind: (feeds) => bind(ort, session, feeds),
    close: () => session.release(),
  };
}

const tiny = 'CAg6NAoLCgF4EgF5IgNOZWcSAWdaEAoBeBILCgkIARIFCgMSAW5iEAoBeRILCgkIARIFCgMSAW4=';

/** y [n] = -x [n] in float32 as an ONNX file of this opset, below 128: to learn what a runtime opens at all. */
export const tinyModel = (opset: number): Uint8Array =>
  Buffer.concat([Buffer.from(tiny, 'base64'), Buffer.of(0x42, 2, 0x10, opset)]);

/** Profiles one call. The runtime writes a JSON file of events and does not say its name; each node that ran has a kernel event. */
export async function ortKernels(ort: Ort, path: string, options: object, feeds: TensorMap): Promise<Kernels> {
  const folder = await mkdtemp(join(tmpdir(), 'onpar-profile-'));
  try {
    const profiling = { enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    const session = await ort.InferenceSession.create(path, { ...options, ...profiling });
    await session.run(toOrt(ort, feeds));
    session.endProfiling();
    await session.release();
    const [name = ''] = await readdir(folder);
    return countKernels(JSON.parse(await readFile(join(folder, name), 'utf8')) as readonly ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ProfileEvent {
  readonly name: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string; readonly node_index?: string };
}

/** A node of a loop runs more than once and is one node. */
function countKernels(events: readonly ProfileEvent[]): Kernels {
  const nodes = new Map<string, string>();
  for (const { name, args: { op_name: operator = '', provider = '', node_index: index = '' } = {} } of events)
    if (name.endsWith('_kernel_time')) nodes.set(`${index} ${name}`, `${provider} ${operator}`);
  const counts: Record<string, number> = {};
  for (const kernel of nodes.values()) counts[kernel] = (counts[kernel] ?? 0) + 1;
  return counts;
}

function signatureOf({ name, isTensor, type, shape }: OrtMetadata): Signature {
  if (!isTensor) throw new TypeError(`${name} is a sequence or map; only tensors are supported`);
  // Symbolic axes come as their name; an axis that the model leaves open comes as '' or -1.
  const dims = (shape ?? []).map((axis) => (axis === '' || Number(axis) < 0 ? null : axis));
  return { name, dtype: dtypeOf(type ?? ''), dims };
}

function dtypeOf(type: string): Dtype {
  if (!isDtype(type)) throw new TypeError(`element type ${type} is not supported`);
  return type;
}

function bind(ort: Ort, session: OrtSession, feeds: TensorMap): Binding {
  const native = toOrt(ort, feeds);
  let last: Record<string, OrtTensor> = {};
  return {
    async call() {
      last = await session.run(native);
    },
    outputs: () => Object.fromEntries(Object.entries(last).map(([name, value]) => [name, fromOrt(value)])),
    release() {
      last = {};
    },
  };
}

const toOrt = (ort: Ort, feeds: TensorMap): Record<string, OrtTensor> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [name, new ort.Tensor(value.dtype, value.data, value.dims)]),
  );

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const dtype = dtypeOf(type);
  // Node 24 has a native Float16Array, which onnxruntime then uses; float16 travels as bits here.
  if (dtype === 'float16' && ArrayBuffer.isView(data)) {
    return tensor(dtype, dims, new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2));
  }
  return tensor(dtype, dims, data as TensorData);
}
