/** Writes what src/tensor reads: .npy and .npz, as NumPy would, for specs that need a reference or feeds. */
import { crc32 } from 'node:zlib';
import { descriptors, magic } from '../../../src/tensor/npy.ts';
import { tensorBytes } from '../../../src/tensor/tensor.ts';
import type { Tensor, TensorMap } from '../../../src/tensor/tensor.ts';

/** Version 1.0, C order, little-endian; the data starts at a multiple of 64 bytes, as NumPy writes it. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const shape = tensor.dims.length === 1 ? `${tensor.dims.join()},` : tensor.dims.join(', ');
  const header = `{'descr': '${descriptors[tensor.dtype]}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const body = tensorBytes(tensor);
  const file = new Uint8Array(10 + length + body.byteLength);
  file.set([...magic, 1, 0, length & 255, length >> 8]);
  file.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  file.set(body, 10 + length);
  return file;
}

/** A stored archive, readable by numpy.load, the same bytes for the same tensors (its dates are 1980-01-01). */
export function writeNpz(tensors: TensorMap): Uint8Array {
  const files = Object.entries(tensors).map(([name, tensor]) => ({
    name: new TextEncoder().encode(`${name}.npy`),
    body: writeNpy(tensor),
  }));
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, body } of files) {
    const shared = sharedHeader(name, body);
    const local = joined(words([0x04034b50, 4]), shared, name, body);
    directory.push(
      joined(words([0x02014b50, 4], [20, 2]), shared, words([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), name),
    );
    parts.push(local);
    offset += local.byteLength;
  }
  const size = directory.reduce((sum, record) => sum + record.byteLength, 0);
  const end = words([0x06054b50, 4], [0, 4], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]);
  return joined(...parts, ...directory, end);
}

/** What the local and the central header have in common: version 2.0, UTF-8 names, stored, 1980-01-01, checksum, sizes. */
const sharedHeader = (name: Uint8Array, body: Uint8Array): Uint8Array =>
  words(
    [20, 2],
    [0x0800, 2],
    [0, 2],
    [0, 2],
    [0x21, 2],
    [crc32(body), 4],
    [body.byteLength, 4],
    [body.byteLength, 4],
    [name.byteLength, 2],
    [0, 2],
  );

/** Little-endian numbers of the given widths. */
const words = (...fields: readonly (readonly [value: number, width: number])[]): Uint8Array =>
  Uint8Array.from(
    fields.flatMap(([value, width]) => Array.from({ length: width }, (_, i) => (value >>> (8 * i)) & 255)),
  );

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
