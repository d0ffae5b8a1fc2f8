/**
 * Reads a weightless ONNX graph into what a filled one is written from: bytes that are taken over, and holes that weights fill.
 * An initializer without bytes says in its doc_string how: `fill centre 0.0 step 0.0012`. Refuses what cannot be filled.
 * Field numbers: https://github.com/onnx/onnx/blob/v1.22.0/onnx/onnx.proto
 */
import protobuf from 'protobufjs/minimal.js';
import { scanOnnx } from '../onnx-scan.ts';
import type { Distribution } from './weights.ts';

export interface Hole extends Distribution {
  readonly name: string;
  /** Float32 values. */
  readonly count: number;
}

export type Piece = Uint8Array | Hole;

/** What protobuf can hold in one file. */
const mostBytes = 2 ** 31 - 1;

const isHole = (piece: Piece): piece is Hole => !(piece instanceof Uint8Array);

export const sizeOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (isHole(piece) ? piece.count * 4 : piece.byteLength), 0);

/** In the order of the filled file. Throws RangeError where the graph is none, or cannot be filled. */
export function piecesOf(graph: Uint8Array): readonly Piece[] {
  if (scanOnnx(graph).externalData.length > 0) throw new RangeError('it has external data beside what is filled');
  const pieces = rewrite(graph, { 7: (body) => rewrite(body, { 5: filled }) });
  if (!pieces.some(isHole)) throw new RangeError('nothing in it is to be filled');
  if (sizeOf(pieces) > mostBytes) throw new RangeError('filled, it would exceed 2 GiB');
  return pieces;
}

/** Takes every field over, but those that a handler makes anew. */
function rewrite(
  message: Uint8Array,
  handlers: Readonly<Record<number, (body: Uint8Array) => readonly Piece[]>>,
): readonly Piece[] {
  return fieldsOf(message).flatMap(({ number, body, whole }) => {
    const handler = handlers[number];
    if (handler === undefined || body === null) return [whole];
    const inner = handler(body);
    return [prefix(number, sizeOf(inner)), ...inner];
  });
}

interface Field {
  readonly number: number;
  /** Content of a length-delimited field. */
  readonly body: Uint8Array | null;
  readonly whole: Uint8Array;
}

function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const from = reader.pos;
    reader.skipType(tag & 7);
    const whole = message.subarray(start, reader.pos);
    const body = (tag & 7) === 2 ? lengthDelimited(message.subarray(from, reader.pos)) : null;
    fields.push({ number: tag >>> 3, body, whole });
  }
  return fields;
}

function lengthDelimited(bytes: Uint8Array): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const length = reader.uint32();
  return bytes.subarray(bytes.byteLength - length);
}

/** The start of a length-delimited field. */
const prefix = (number: number, length: number): Uint8Array =>
  protobuf.Writer.create()
    .uint32(number * 8 + 2)
    .uint32(length)
    .finish();

const note = /^fill centre (\S+) step (\S+)$/;

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9, doc_string 12; 4 to 11 but the name are data. */
function filled(tensor: Uint8Array): readonly Piece[] {
  const fields = fieldsOf(tensor);
  const text = (wanted: number): string =>
    fields
      .map(({ number, body }) => (number === wanted && body !== null ? Buffer.from(body).toString('utf8') : ''))
      .join('');
  const name = text(8);
  const [, centre, step] = note.exec(text(12)) ?? [];
  const hasData = fields.some(({ number }) => number !== 8 && number >= 4 && number <= 11);
  if (hasData) return [tensor];
  const refuse = (why: string): never => {
    throw new RangeError(`initializer ${name} cannot be filled: ${why}`);
  };
  const [dims, types] = [integersOf(fields, 1), integersOf(fields, 2)];
  const count = dims.reduce((product, size) => product * size, 1);
  if (step === undefined || !Number.isFinite(Number(centre)) || !Number.isFinite(Number(step)))
    refuse('it has neither bytes nor a note that says how');
  if (types[0] !== 1) refuse('it is not float32');
  if (!(count >= 1 && count * 4 <= mostBytes)) refuse(`its shape is [${dims.join(', ')}]`);
  const kept = fields.filter(({ number }) => number !== 12).map(({ whole }) => whole);
  return [...kept, prefix(9, count * 4), { name, count, centre: Number(centre), step: Number(step) }];
}

/** Varints of a repeated field, one by one or packed. */
function integersOf(fields: readonly Field[], wanted: number): readonly number[] {
  return fields
    .filter(({ number }) => number === wanted)
    .flatMap(({ body, whole }) => {
      const reader = protobuf.Reader.create(body ?? whole);
      if (body === null) reader.uint32();
      const values: number[] = [];
      while (reader.pos < reader.len) values.push(Number(reader.int64()));
      return values;
    });
}
