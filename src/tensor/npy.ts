/**
 * Reads NumPy's .npy (format 1.0 to 3.0: numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 * Refuses what it cannot show as it is, object arrays, Fortran order, big-endian, and any header that the bytes do not bear out.
 */
import { MalformedFile } from './malformed.ts';
import { bytesPerElement, elementCount, tensorFromBytes } from './tensor.ts';
import type { Dtype, Tensor } from './tensor.ts';

/** The array of one .npy file: a view of `bytes` where it is aligned, else a copy. Throws MalformedFile. */
export function readNpy(bytes: Uint8Array): Tensor {
  const { text, end } = headerOf(bytes);
  const dtype = dtypeOf(text);
  const dims = dimsOf(text);
  const body = bytes.subarray(end);
  const needed = elementCount(dims) * bytesPerElement(dtype);
  if (body.byteLength !== needed) {
    throw new MalformedFile(
      `${dtype} [${dims.join(', ')}] needs ${needed} bytes, the .npy file holds ${body.byteLength}`,
    );
  }
  return tensorFromBytes(dtype, dims, body);
}

export const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export const descriptors: Readonly<Record<Dtype, string>> = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int64: '<i8',
  uint64: '<u8',
  int32: '<i4',
  uint32: '<u4',
  int16: '<i2',
  uint16: '<u2',
  int8: '|i1',
  uint8: '|u1',
  bool: '|b1',
};

const dtypesByDescriptor = new Map(Object.entries(descriptors).map(([dtype, descr]) => [descr, dtype as Dtype]));

/** Headers are some 100 characters; beyond this they are no array's. */
const greatestHeader = 65535;

function headerOf(bytes: Uint8Array): { text: string; end: number } {
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw new MalformedFile('not a .npy file: it does not start with \\x93NUMPY');
  if (bytes.byteLength < 12) throw new MalformedFile(`truncated .npy file of ${bytes.byteLength} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(6);
  if (version < 1 || version > 3) throw new MalformedFile(`.npy version ${version} is unknown`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > greatestHeader) throw new MalformedFile(`.npy header of ${length} bytes`);
  if (start + length > bytes.byteLength) {
    throw new MalformedFile(`truncated .npy file: header of ${length} bytes, file of ${bytes.byteLength}`);
  }
  return {
    text: new TextDecoder('latin1').decode(bytes.subarray(start, start + length)),
    end: start + length,
  };
}

/** The header is a Python literal with exactly three keys, always written in this form by NumPy. */
const field = (text: string, key: string, value: RegExp): string => {
  const found = new RegExp(`^\\s*\\{(?:[^}]*,)?\\s*(['"])${key}\\1\\s*:\\s*(${value.source})\\s*[,}]`).exec(text)?.[2];
  if (found === undefined)
    throw new MalformedFile(`.npy header without a readable ${key}: ${JSON.stringify(text.slice(0, 200))}`);
  return found;
};

function dtypeOf(text: string): Dtype {
  const descr = field(text, 'descr', /'[^']*'|"[^"]*"|\[[^\]]*\]/).slice(1, -1);
  const dtype = dtypesByDescriptor.get(descr.replace(/^[<=|](?=[iub]1$)/, '|'));
  if (dtype !== undefined) return dtype;
  if (descr.includes('O')) throw new MalformedFile(`.npy array of Python objects ('${descr}') is never opened`);
  if (descr.startsWith('>')) throw new MalformedFile(`big-endian .npy array ('${descr}') is not read`);
  throw new MalformedFile(`.npy dtype '${descr}' is not supported`);
}

function dimsOf(text: string): number[] {
  if (field(text, 'fortran_order', /True|False/) === 'True') {
    throw new MalformedFile('Fortran-ordered .npy array is not read: save numpy.ascontiguousarray(x)');
  }
  const shape = field(text, 'shape', /\(\s*(?:\d+L?\s*(?:,\s*\d+L?\s*)*,?\s*)?\)/);
  const dims = (shape.match(/\d+/g) ?? []).map(Number);
  if (!Number.isSafeInteger(elementCount(dims)) || !dims.every(Number.isSafeInteger)) {
    throw new MalformedFile(`.npy shape ${shape} is impossibly large`);
  }
  return dims;
}
