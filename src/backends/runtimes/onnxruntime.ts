/** What onnxruntime-node and onnxruntime-web share: both implement onnxruntime-common's session. */
import { isDtype, tensor } from '../../tensor/tensor.ts';
import type { Dtype, Tensor, TensorData, TensorMap } from '../../tensor/tensor.ts';
import type { Binding, Session, Signature } from '../backend.ts';

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
  const native = Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [name, new ort.Tensor(value.dtype, value.data, value.dims)]),
  );
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

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const dtype = dtypeOf(type);
  // Node 24 has a native Float16Array, which onnxruntime then uses; float16 travels as bits here.
  if (dtype === 'float16' && ArrayBuffer.isView(data)) {
    return tensor(dtype, dims, new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2));
  }
  return tensor(dtype, dims, data as TensorData);
}
