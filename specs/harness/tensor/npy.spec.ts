import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedFile } from '../../../src/tensor/malformed.ts';
import { readNpy } from '../../../src/tensor/npy.ts';
import { writeNpy } from '../support/npz.ts';
import { dtypes, elementCount, bytesPerElement, tensorBytes, tensorFromBytes } from '../../../src/tensor/tensor.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A .npy file with any header. */
const npy = (header: string, body: Uint8Array = new Uint8Array(0), version = 1): Uint8Array => {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from('NUMPY'),
    Buffer.from([version, 0]),
    length,
    Buffer.from(header, 'latin1'),
    body,
  ]);
};

const tensors = fc
  .tuple(
    fc.constantFrom(...dtypes),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
  )
  .map(([dtype, dims, stream]): Tensor => {
    const bytes = Uint8Array.from({ length: elementCount(dims) * bytesPerElement(dtype) }, () =>
      Number(stream.next().value),
    );
    return tensorFromBytes(dtype, dims, bytes);
  });

test('what is written is read again, from any offset', () => {
  fc.assert(
    fc.property(tensors, fc.integer({ min: 0, max: 9 }), (tensor, offset) => {
      const written = writeNpy(tensor);
      const shifted = Buffer.concat([Buffer.alloc(offset), written]).subarray(offset);
      const read = readNpy(shifted);
      expect([read.dtype, read.dims]).toEqual([tensor.dtype, tensor.dims]);
      expect(Buffer.from(tensorBytes(read))).toEqual(Buffer.from(tensorBytes(tensor)));
    }),
    { seed: 21, numRuns: 500 },
  );
});

test('a file is as NumPy writes it: header to a multiple of 64 bytes', () => {
  const file = writeNpy(tensorFromBytes('float32', [2, 1], new Uint8Array(8)));
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
  expect(text(file.subarray(0, 128))).toBe(`\x93NUMPY\x01\x00\x76\x00${header.padEnd(117)}\n`);
  expect(text(writeNpy(tensorFromBytes('bool', [3], new Uint8Array(3))))).toContain(
    "'|b1', 'fortran_order': False, 'shape': (3,), }",
  );
  expect(text(writeNpy(tensorFromBytes('int64', [], new Uint8Array(8))))).toContain(
    "'<i8', 'fortran_order': False, 'shape': (), }",
  );
});

describe('reads', () => {
  const body = Uint8Array.of(0, 0, 128, 63);
  test.each([
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 1],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 2],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 3],
    ["{'shape':(1,),'fortran_order':False,'descr':'<f4'}", 1],
    [' { "descr" : "<f4" , "fortran_order" : False , "shape" : ( 1L , ) , } \n', 1],
  ])('%s in version %i', (header, version) => {
    const read = readNpy(npy(header, body, version));
    expect([read.dtype, read.dims, ...(read.data as Float32Array)]).toEqual(['float32', [1], 1]);
  });

  test.each(['|u1', '<u1', '=u1'])('%s as bytes', (descr) => {
    expect(readNpy(npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (4,)}`, body)).dtype).toBe('uint8');
  });
});

describe('refuses', () => {
  const header = (descr: string, order = 'False', shape = '(2,)') =>
    npy(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`, new Uint8Array(8));
  test.each<[string, Uint8Array, string | RegExp]>([
    ['an empty file', new Uint8Array(0), 'not a .npy file: it does not start with \\x93NUMPY'],
    ['another file', Buffer.from('PK\x03\x04 and so on'), 'not a .npy file: it does not start with \\x93NUMPY'],
    [
      'an LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      'not a .npy file: it does not start with \\x93NUMPY',
    ],
    ['a file that ends in its magic', npy('').subarray(0, 9), 'truncated .npy file of 9 bytes'],
    ['a header cut short', header("'<f4'").subarray(0, 40), /^truncated \.npy file: header of \d+ bytes, file of 40$/],
    ['version 4', npy('{}', undefined, 4), '.npy version 4 is unknown'],
    ['version 0', npy('{}', new Uint8Array(9), 0), '.npy version 0 is unknown'],
    ['a huge header', npy('x'.repeat(70_000), undefined, 2), '.npy header of 70000 bytes'],
    ['objects', header("'|O'"), ".npy array of Python objects ('|O') is never opened"],
    [
      'Fortran order',
      header("'<f4'", 'True'),
      'Fortran-ordered .npy array is not read: save numpy.ascontiguousarray(x)',
    ],
    ['big-endian', header("'>f4'"), "big-endian .npy array ('>f4') is not read"],
    ['complex numbers', header("'<c8'"), ".npy dtype '<c8' is not supported"],
    ['text', header("'<U1'"), ".npy dtype '<U1' is not supported"],
    ['a mark before bytes that is none', header("'!u1'"), ".npy dtype '!u1' is not supported"],
    ['records', header("[('a', '<f4')]"), ".npy dtype '('a', '<f4')' is not supported"],
    ['a shape too long', header("'<f4'", 'False', '(3,)'), 'float32 [3] needs 12 bytes, the .npy file holds 8'],
    ['a shape too short', header("'<f4'", 'False', '(1, 1)'), 'float32 [1, 1] needs 4 bytes, the .npy file holds 8'],
    [
      'an impossible shape',
      header("'<f4'", 'False', '(9007199254740993, 0)'),
      '.npy shape (9007199254740993, 0) is impossibly large',
    ],
    [
      'an impossible product',
      header("'<f4'", 'False', '(4294967296, 4294967296)'),
      '.npy shape (4294967296, 4294967296) is impossibly large',
    ],
    ['a negative axis', header("'<f4'", 'False', '(-1,)'), /^\.npy header without a readable shape: "\{'descr'/],
    ['a shape that is no tuple', header("'<f4'", 'False', '2'), /^\.npy header without a readable shape/],
    ['an order that is none', header("'<f4'", '0'), /^\.npy header without a readable fortran_order/],
    ['no descr', npy("{'fortran_order': False, 'shape': (), }"), /^\.npy header without a readable descr/],
    ['code', npy("__import__('os')"), /^\.npy header without a readable descr: "__import__\('os'\)"$/],
  ])('%s', (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(MalformedFile);
    expect(() => readNpy(bytes)).toThrow(message);
    expect(new MalformedFile('x').name).toBe('MalformedFile');
  });
});

test('arbitrary and mutated files are read or refused, nothing else', () => {
  const template = writeNpy(tensorFromBytes('float32', [2, 3], new Uint8Array(24)));
  let refused = 0;
  const orRefused = (bytes: Uint8Array): void => {
    try {
      expect(readNpy(bytes).data.byteLength).toBeLessThanOrEqual(bytes.byteLength);
    } catch (error) {
      if (!(error instanceof MalformedFile)) throw error;
      refused += 1;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), orRefused), { seed: 22, numRuns: 500 });
  const edit = fc.tuple(fc.nat(template.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(template.length), (edits, length) => {
      const bytes = template.slice();
      for (const [at, byte] of edits) bytes[at] = byte;
      orRefused(bytes);
      orRefused(bytes.subarray(0, length));
    }),
    { seed: 23, numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(1000);
});
