/** Injects a fault that no hash can show once the card is brought up to date: negates the largest weight of a model's first convolution. */
import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs/minimal.js';

export function negateOneWeight(path: string): void {
  const bytes = readFileSync(path);
  negateLargest(bytes, convolutionWeights(bytes));
  writeFileSync(path, bytes);
}

/** Of float32 values in this part of the bytes. */
export function negateLargest(bytes: Buffer, { start, length }: { start: number; length: number }): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  let largest = 0;
  for (let offset = 0; offset < length; offset += 4) {
    if (Math.abs(view.getFloat32(offset, true)) > Math.abs(view.getFloat32(largest, true))) largest = offset;
  }
  view.setFloat32(largest, -view.getFloat32(largest, true), true);
}

/** Where the raw data of the first four-dimensional initializer lies, of any type. ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.dims = 1, raw_data = 9. */
export function convolutionWeights(bytes: Buffer): { start: number; length: number } {
  let found: { start: number; length: number } | undefined;
  each(bytes, 0, bytes.length, 7, (graphStart, graphEnd) =>
    each(bytes, graphStart, graphEnd, 5, (start, end) => {
      let rank = 0;
      each(bytes, start, end, 1, (from, to) => (rank = to - from));
      each(bytes, start, end, 9, (from, to) => {
        if (rank === 4) found ??= { start: from, length: to - from };
      });
    }),
  );
  if (found === undefined) throw new Error('no convolution weights in this model');
  return found;
}

function each(
  bytes: Buffer,
  start: number,
  end: number,
  field: number,
  visit: (start: number, end: number) => void,
): void {
  const reader = protobuf.Reader.create(bytes.subarray(0, end));
  reader.pos = start;
  // Unpacked dims are varints: counted by their bytes, each one below 128 here or two bytes at most for the first.
  let varints = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === field && (tag & 7) === 2) {
      const length = reader.uint32();
      visit(reader.pos, reader.pos + length);
      reader.pos += length;
    } else {
      if (tag >>> 3 === field) varints += 1;
      reader.skipType(tag & 7);
    }
  }
  if (varints > 0) visit(0, varints);
}
