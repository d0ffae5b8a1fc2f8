/**
 * The float16 or float32 form of an ONNX model. Weights become the other type, float32 inputs and outputs stay what they are: a Cast
 * stands behind and before them where the inside is float16. Weights that are stored as float16 with a Cast behind each lose the Cast.
 * Field numbers: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto
 */
import { readFile, writeFile } from 'node:fs/promises';
import protobuf from 'protobufjs/minimal.js';
import { BadInput } from '../../schema/bad-input.ts';
import { decodeFloat16, narrowFloat32 } from '../../tensor/float16.ts';

export type Float = 'float16' | 'float32';

/** TensorProto.DataType */
const types = { float32: 1, float16: 10 } as const;

/** One field of a message as it lies in the file: a varint, or bytes. */
interface Field {
  readonly id: number;
  readonly wire: number;
  readonly value: number | Uint8Array;
}

/** Throws BadInput where that form cannot be made of the source. */
export async function retypeFile(source: string, target: string, to: Float): Promise<void> {
  const bytes = await readFile(source);
  try {
    await writeFile(target, retypeOnnx(bytes, to));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const what = `its ${to} form cannot be made: ${error.message}`;
    throw new BadInput({ what, where: source, fix: 'export the model again, or commit that form' });
  }
}

/** Throws RangeError where the bytes are no ONNX model, a weight is no number of float16, or a node has a graph of its own. */
export function retypeOnnx(bytes: Uint8Array, to: Float): Uint8Array {
  return rewritten(bytes, { 7: (graph) => retypeGraph(graph, to) });
}

function retypeGraph(bytes: Uint8Array, to: Float): Uint8Array {
  const fields = fieldsOf(bytes);
  const messages = (id: number): readonly Uint8Array[] =>
    fields.flatMap((field) => (field.id === id ? [bytesOf(field)] : []));
  const weights = new Set(messages(5).map((tensor) => textOf(tensor, 8)));
  const stored = messages(1).filter((node) => textOf(node, 4) === 'Cast' && weights.has(textOf(node, 1)));
  const border = (id: number): readonly string[] =>
    to === 'float32'
      ? []
      : messages(id)
          .filter(isFloat32)
          .map((value) => textOf(value, 1))
          .filter((name) => !weights.has(name));
  const [inputs, outputs] = [border(11), border(12)];
  const inner = (name: string): string => `${name}.${to}`;
  const names = new Map([
    ...stored.map((node) => [textOf(node, 2), textOf(node, 1)] as const),
    ...[...inputs, ...outputs].map((name) => [name, inner(name)] as const),
  ]);
  const nodes = messages(1)
    .filter((node) => !stored.includes(node))
    .map((node) => retypeNode(node, names, to));
  const casts = (all: readonly string[], type: Float): readonly Uint8Array[] =>
    all.map((name) => (type === to ? castNode(name, inner(name), type) : castNode(inner(name), name, type)));
  return encoded([
    ...[...casts(inputs, to), ...nodes, ...casts(outputs, 'float32')].map((node) => message(1, node)),
    // Types of inner values are inferred again.
    ...fields
      .filter(({ id }) => id !== 1 && id !== 13)
      .map((field) => (field.id === 5 ? message(5, retypeTensor(bytesOf(field), to)) : field)),
  ]);
}

function retypeNode(node: Uint8Array, names: ReadonlyMap<string, string>, to: Float): Uint8Array {
  const isCast = textOf(node, 4) === 'Cast';
  const renamed = (name: Uint8Array): Uint8Array => {
    const other = names.get(text(name));
    return other === undefined ? name : Buffer.from(other);
  };
  return rewritten(node, {
    1: renamed,
    2: renamed,
    5: (attribute) => {
      if (fieldsOf(attribute).some(({ id }) => id === 6 || id === 11))
        throw new RangeError('a node has a graph of its own');
      const target = isCast && textOf(attribute, 1) === 'to';
      const retyped = rewritten(attribute, {
        5: (value) => retypeTensor(value, to),
        10: (value) => retypeTensor(value, to),
      });
      return target
        ? encoded(
            fieldsOf(retyped).map((field) =>
              field.id === 3 && isFloat(field.value) ? { ...field, value: types[to] } : field,
            ),
          )
        : retyped;
    },
  });
}

/** Integers stay as they are. */
function retypeTensor(tensor: Uint8Array, to: Float): Uint8Array {
  const fields = fieldsOf(tensor);
  const type = fields.find(({ id }) => id === 2)?.value;
  if (!isFloat(type) || type === types[to]) return tensor;
  if (fields.some(({ id }) => id === 13)) throw new RangeError('weights lie in another file');
  // float_data is packed as raw_data is; float16 in int32_data is what no exporter writes.
  const data = fields.find(({ id }) => id === 9 || id === 4);
  if (data === undefined) throw new RangeError(`${textOf(tensor, 8)} has no raw data`);
  return encoded([
    ...fields.filter(({ id }) => id !== 2 && id !== 4 && id !== 9),
    { id: 2, wire: 0, value: types[to] },
    message(9, to === 'float16' ? narrowed(bytesOf(data)) : widened(bytesOf(data))),
  ]);
}

function narrowed(data: Uint8Array): Uint8Array {
  const from = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const into = new DataView(new ArrayBuffer(data.byteLength / 2));
  for (let at = 0; at < data.byteLength; at += 4) {
    const value = from.getFloat32(at, true);
    const bits = narrowFloat32(from.getUint32(at, true), value);
    if (Number.isFinite(value) && (bits & 0x7fff) === 0x7c00)
      throw new RangeError(`the weight ${value} is too large for float16`);
    into.setUint16(at / 2, bits, true);
  }
  return new Uint8Array(into.buffer);
}

function widened(data: Uint8Array): Uint8Array {
  const from = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const into = new DataView(new ArrayBuffer(data.byteLength * 2));
  for (let at = 0; at < data.byteLength; at += 2)
    into.setFloat32(at * 2, decodeFloat16(from.getUint16(at, true)), true);
  return new Uint8Array(into.buffer);
}

const isFloat = (type: unknown): boolean => type === types.float32 || type === types.float16;

/** ValueInfoProto.type.tensor_type.elem_type */
const isFloat32 = (value: Uint8Array): boolean => {
  const nested = [2, 1].reduce((bytes, id) => bytesOf(fieldsOf(bytes).find((field) => field.id === id)), value);
  return fieldsOf(nested).find(({ id }) => id === 1)?.value === types.float32;
};

const castNode = (input: string, output: string, to: Float): Uint8Array =>
  encoded([
    message(1, Buffer.from(input)),
    message(2, Buffer.from(output)),
    message(3, Buffer.from(`${output}.cast`)),
    message(4, Buffer.from('Cast')),
    // An attribute: its name, its integer, and that it is one.
    message(
      5,
      encoded([message(1, Buffer.from('to')), { id: 3, wire: 0, value: types[to] }, { id: 20, wire: 0, value: 2 }]),
    ),
  ]);

const message = (id: number, value: Uint8Array): Field => ({ id, wire: 2, value });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytesOf = (field: Field | undefined): Uint8Array =>
  field?.value instanceof Uint8Array ? field.value : new Uint8Array();
/** The first text of a message under this field; '' where it has none. */
const textOf = (bytes: Uint8Array, id: number): string =>
  text(bytesOf(fieldsOf(bytes).find((field) => field.id === id)));

const rewritten = (
  bytes: Uint8Array,
  change: Readonly<Record<number, (value: Uint8Array) => Uint8Array>>,
): Uint8Array =>
  encoded(
    fieldsOf(bytes).map((field) => {
      const changed = field.wire === 2 ? change[field.id] : undefined;
      return changed === undefined ? field : message(field.id, changed(bytesOf(field)));
    }),
  );

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [id, wire] = [tag >>> 3, tag & 7];
    const start = reader.pos;
    if (wire === 2) fields.push({ id, wire, value: reader.bytes() });
    else {
      reader.skipType(wire);
      const raw = reader.buf.subarray(start, reader.pos);
      // Kept as bytes unless it is a small number, which all that is looked at is.
      fields.push({ id, wire, value: wire === 0 && raw.length === 1 ? (raw[0] as number) : raw });
    }
  }
  return fields;
}

function encoded(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ id, wire, value }) => {
    const head = protobuf.Writer.create().uint32((id << 3) | wire);
    if (typeof value === 'number') return [head.uint32(value).finish()];
    return [(wire === 2 ? head.uint32(value.length) : head).finish(), value];
  });
  return Buffer.concat(parts);
}
