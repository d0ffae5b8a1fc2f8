/** The binary layouts of data sets. Each reader refuses a file whose size is not what its card promises. */
import { gunzipSync } from 'node:zlib';
import { BadInput } from '../schema/bad-input.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { DatasetCard } from './dataset.generated.ts';

interface Labelled {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

type Contents = Readonly<Record<string, Uint8Array>>;

const layouts: Record<DatasetCard['layout'], (card: DatasetCard, contents: Contents) => Labelled> = {
  idx: (card, contents) => ({
    images: readIdx(card, contents['images'], [card.count, ...card.dims.slice(1)]),
    labels: readIdx(card, contents['labels'], [card.count]),
  }),
  'cifar10-binary': readRecords,
};

export const readLayout = (card: DatasetCard, contents: Contents): Labelled => layouts[card.layout](card, contents);

/** IDX of unsigned bytes: 0, 0, 8, rank, then each dim as u32 big-endian, then the data. http://yann.lecun.com/exdb/mnist/ */
function readIdx(card: DatasetCard, file: Uint8Array | undefined, dims: readonly number[]): Uint8Array {
  if (file === undefined) return refuse(card, 'idx needs a file of role images and one of role labels');
  const header = 4 + 4 * dims.length;
  const expected = header + elementCount(dims);
  const bytes = unzipped(card, file, expected);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < header || view.getUint32(0) !== 0x800 + dims.length)
    return refuse(card, `is no IDX file of ${dims.length} axes`);
  const actual = dims.map((_, axis) => view.getUint32(4 + 4 * axis));
  if (actual.some((size, axis) => size !== dims[axis]))
    return refuse(card, `has dims [${actual.join(', ')}], the card says [${dims.join(', ')}]`);
  if (bytes.byteLength !== expected) return refuse(card, `has ${bytes.byteLength} bytes instead of ${expected}`);
  return bytes.subarray(header);
}

function unzipped(card: DatasetCard, file: Uint8Array, limit: number): Uint8Array {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  try {
    return gunzipSync(file, { maxOutputLength: limit });
  } catch (error) {
    return refuse(card, `cannot be unzipped: ${(error as Error).message}`);
  }
}

/** Records of one label byte and the image, channel-major. https://www.cs.toronto.edu/~kriz/cifar.html */
function readRecords(card: DatasetCard, contents: Contents): Labelled {
  const bytes = contents['records'];
  if (bytes === undefined) return refuse(card, 'cifar10-binary needs a file of role records');
  const size = elementCount(card.dims);
  if (bytes.byteLength !== card.count * (size + 1))
    return refuse(card, `has ${bytes.byteLength} bytes instead of ${card.count} records of ${size + 1}`);
  const images = new Uint8Array(card.count * size);
  const labels = new Uint8Array(card.count);
  for (let record = 0; record < card.count; record += 1) {
    const start = record * (size + 1);
    labels[record] = bytes[start] ?? 0;
    images.set(bytes.subarray(start + 1, start + 1 + size), record * size);
  }
  return { images, labels };
}

function refuse(card: DatasetCard, what: string): never {
  throw new BadInput({
    what,
    where: `data set ${card.id}`,
    fix: 'restore its files, or bring its card up to date',
  });
}
