/**
 * onpar's worker protocol, version 1, spoken by Node, Python and browser workers alike. A frame is
 *   u32 LE  bytes of the header | u64 LE  bytes of the payload | header, JSON in UTF-8 | payload: raw tensor bytes
 * Tensors follow each other in the payload in the header's order, each padded to a multiple of 8 bytes, so that the
 * receiver can view them without a copy. Requests go to the worker's file descriptor 3, replies come from 4: native
 * libraries print to stdout and stderr. One request is in flight at a time; a reply repeats its id.
 */
import type { Engine, Kernels, Ranges, Signature } from '../backends/backend.ts';
import { bytesPerElement, elementCount, isDtype, tensorBytes, tensorFromBytes } from '../tensor/tensor.ts';
import type { Dtype, Tensor, TensorMap } from '../tensor/tensor.ts';

export const protocolVersion = 1;
export const requestFd = 3;
export const replyFd = 4;

const prefixBytes = 12;
/** A header holds names and dims only; more than this is not a header. */
const maxHeaderBytes = 16 * 2 ** 20;
/** Feeds or outputs of one call; more than this is a prefix that lies. */
export const maxPayloadBytes = 2 ** 32;

export type Request =
  | {
      readonly op: 'hello';
      readonly protocol: number;
      readonly backend: string;
      readonly threads: number;
      readonly root: string;
      /** Folder of the backend files, where they are not the worker's own. */
      readonly backends: string | null;
    }
  /** `shift`: any whole number; another one lays the session elsewhere in memory. `ranges`: of the feeds that will come, where they are known. */
  | { readonly op: 'open'; readonly path: string; readonly shift: number; readonly ranges: Ranges }
  | { readonly op: 'run'; readonly feeds: TensorMap }
  | { readonly op: 'sample'; readonly feeds: TensorMap; readonly warmup: number; readonly iterations: number }
  | { readonly op: 'kernels'; readonly path: string; readonly feeds: TensorMap }
  | { readonly op: 'close' };

/** Replies by operation. Durations in seconds, measured inside the worker; peakBytes is the process's peak resident set,
 * deviceBytes the most that its tensors took on a device, where the runtime tells. */
export interface Replies {
  hello: {
    readonly protocol: number;
    readonly version: string;
    readonly provider: string;
    readonly seconds: number;
  };
  open: {
    readonly inputs: readonly Signature[];
    readonly outputs: readonly Signature[];
    readonly seconds: number;
    /** What was built, where the runtime builds something; `seconds` has it in it. */
    readonly engine?: Engine;
  };
  run: { readonly outputs: TensorMap; readonly seconds: number; readonly peakBytes: number };
  sample: Sampled & { readonly peakBytes: number; readonly deviceBytes?: number | null };
  /** Null where the runtime cannot say. */
  kernels: { readonly kernels: Kernels | null };
  close: object;
}

export interface Sampled {
  /** Duration of each call, ascending (tinybench keeps them sorted). */
  readonly samples: readonly number[];
  /** Median duration of a call that does nothing, measured in the same way: what the sampler itself adds. */
  readonly overhead: number;
  /** Wall time of the whole loop divided by its calls. */
  readonly wallPerCall: number;
}

interface TensorHeader {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
}

/** What travels: JSON fields and named tensors. */
export interface Message {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly tensors: TensorMap;
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** Chunks of one frame; tensors are not copied. */
export function encodeFrame({ fields, tensors }: Message): Uint8Array[] {
  const entries = Object.entries(tensors);
  const header = Buffer.from(
    JSON.stringify({ ...fields, tensors: entries.map(([name, { dtype, dims }]) => ({ name, dtype, dims })) }),
  );
  const bodies = entries.flatMap(([, value]) => {
    const bytes = tensorBytes(value);
    return [bytes, new Uint8Array(padded(bytes.byteLength) - bytes.byteLength)];
  });
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(header.byteLength, 0);
  prefix.writeBigUInt64LE(BigInt(bodies.reduce((sum, body) => sum + body.byteLength, 0)), 4);
  return [prefix, header, ...bodies].filter((chunk) => chunk.byteLength > 0);
}

export interface FrameSizes {
  readonly header: number;
  readonly payload: number;
}

/** Reads the 12-byte prefix; throws RangeError on lengths that no frame can have. */
export function decodePrefix(prefix: Uint8Array): FrameSizes {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes);
  const header = view.getUint32(0, true);
  const payload = Number(view.getBigUint64(4, true));
  if (header === 0 || header > maxHeaderBytes || payload > maxPayloadBytes) {
    throw new RangeError(`not an onpar frame: header of ${header} and payload of ${payload} bytes`);
  }
  return { header, payload };
}

/** Views header and payload as a message; throws where the header promises other tensors than the payload holds. */
export function decodeFrame(header: Uint8Array, payload: Uint8Array): Message {
  const { tensors: described, ...fields } = JSON.parse(Buffer.from(header).toString('utf8')) as {
    tensors?: readonly TensorHeader[];
  };
  const tensors: [string, Tensor][] = [];
  let offset = 0;
  for (const { name, dtype, dims } of described ?? []) {
    if (typeof name !== 'string' || !isDtype(dtype) || !areSizes(dims))
      throw new TypeError(`no tensor in a frame: ${JSON.stringify({ name, dtype, dims })}`);
    const bytes = elementCount(dims) * bytesPerElement(dtype);
    tensors.push([name, tensorFromBytes(dtype, dims, payload.subarray(offset, offset + bytes))]);
    offset += padded(bytes);
  }
  if (offset !== payload.byteLength)
    throw new RangeError(`a frame's tensors need ${offset} bytes, its payload has ${payload.byteLength}`);
  // fromEntries defines own entries even where a tensor is named __proto__.
  return { fields, tensors: Object.fromEntries(tensors) };
}

const areSizes = (dims: unknown): boolean =>
  Array.isArray(dims) && dims.every((axis) => Number.isSafeInteger(axis) && axis >= 0);

/** Collects chunks of a stream into messages. Large payloads are filled in place, not concatenated. */
export class FrameReader {
  #parts: { target: Uint8Array; filled: number }[] = [partOf(prefixBytes)];
  readonly #onMessage: (message: Message) => void;

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const part = this.#parts.find(({ target, filled }) => filled < target.byteLength);
      if (part === undefined) return;
      const taken = rest.subarray(0, part.target.byteLength - part.filled);
      part.target.set(taken, part.filled);
      part.filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      this.#advance();
    }
  }

  #advance(): void {
    const [prefix, header, payload] = this.#parts;
    if (prefix === undefined || prefix.filled < prefixBytes) return;
    if (header === undefined || payload === undefined) {
      const sizes = decodePrefix(prefix.target);
      this.#parts = [prefix, partOf(sizes.header), partOf(sizes.payload)];
      return;
    }
    if (header.filled < header.target.byteLength || payload.filled < payload.target.byteLength) return;
    this.#parts = [partOf(prefixBytes)];
    this.#onMessage(decodeFrame(header.target, payload.target));
  }
}

const partOf = (bytes: number): { target: Uint8Array; filled: number } => ({
  target: new Uint8Array(bytes),
  filled: 0,
});
