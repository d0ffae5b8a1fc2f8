/** A tensor is a value: dtype, dims and row-major data. Nothing here knows a runtime. */

export type TensorData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

type DataConstructor = new (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorData;

/** How each dtype is stored. float16 is held as its bits (Uint16Array), bool as one byte. */
const storage = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<string, DataConstructor & { BYTES_PER_ELEMENT: number }>;

export type Dtype = keyof typeof storage;

export const dtypes: readonly Dtype[] = Object.keys(storage) as Dtype[];

export interface Tensor {
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** Named tensors: feeds of a session, or its outputs. */
export type TensorMap = Readonly<Record<string, Tensor>>;

export const isDtype = (name: string): name is Dtype => Object.hasOwn(storage, name);

export const bytesPerElement = (dtype: Dtype): number => storage[dtype].BYTES_PER_ELEMENT;

/** Product of the dims; 1 for a scalar, 0 where an axis is empty. */
export const elementCount = (dims: readonly number[]): number => dims.reduce((count, axis) => count * axis, 1);

/** Wraps data after checking that its length is what the dims say. */
export function tensor(dtype: Dtype, dims: readonly number[], data: TensorData): Tensor {
  if (!(data instanceof storage[dtype])) {
    throw new TypeError(`a ${dtype} tensor holds ${storage[dtype].name}, not ${data.constructor.name}`);
  }
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`dims [${dims.join(', ')}] need ${elementCount(dims)} elements, got ${data.length}`);
  }
  return { dtype, dims, data };
}

/** Views bytes as a tensor; copies only where the bytes are not aligned to the element size. */
export function tensorFromBytes(dtype: Dtype, dims: readonly number[], bytes: Uint8Array): Tensor {
  const size = bytesPerElement(dtype);
  const count = elementCount(dims);
  if (bytes.byteLength !== count * size) {
    throw new RangeError(`${dtype} [${dims.join(', ')}] needs ${count * size} bytes, got ${bytes.byteLength}`);
  }
  // Not bytes.slice(): that of a Buffer is a view, as unaligned as before.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const constructor: DataConstructor = storage[dtype];
  return { dtype, dims, data: new constructor(aligned.buffer as ArrayBuffer, aligned.byteOffset, count) };
}

export const tensorBytes = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

export const zeros = (dtype: Dtype, dims: readonly number[]): Tensor =>
  tensorFromBytes(dtype, dims, new Uint8Array(elementCount(dims) * bytesPerElement(dtype)));

/** Rows [start, end) of the first axis, without a copy. */
export function batchRows({ dtype, dims, data }: Tensor, start: number, end: number): Tensor {
  const [rows = 1, ...rest] = dims;
  if (start < 0 || end > rows || start > end) {
    throw new RangeError(`rows ${start}..${end} are outside a batch of ${rows}`);
  }
  const width = elementCount(rest);
  return { dtype, dims: [end - start, ...rest], data: data.subarray(start * width, end * width) };
}

/** Joins tensors along the first axis. */
export function concatRows(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('nothing to concatenate');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + (part.dims[0] ?? 1), 0);
  const joined = zeros(first.dtype, [rows, ...first.dims.slice(1)]);
  const bytes = tensorBytes(joined);
  let offset = 0;
  for (const part of parts) {
    const source = tensorBytes(part);
    bytes.set(source, offset);
    offset += source.byteLength;
  }
  return joined;
}
