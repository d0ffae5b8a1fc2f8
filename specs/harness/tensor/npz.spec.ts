import { deflateRawSync, crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedFile } from '../../../src/tensor/malformed.ts';
import { readNpz } from '../../../src/tensor/npz.ts';
import { writeNpy, writeNpz } from '../support/npz.ts';
import { tensor } from '../../../src/tensor/tensor.ts';
import type { TensorMap } from '../../../src/tensor/tensor.ts';

const x = tensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4));
const ids = tensor('int64', [3], BigInt64Array.of(1n, -2n, 3n));
const zeros = tensor('float64', [100], new Float64Array(100));

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  readonly method?: number;
  readonly size?: number;
  readonly packed?: Uint8Array;
  readonly crc?: number;
  readonly flags?: number;
  readonly offset?: number;
}

/** A zip archive with anything in it. */
function zip(
  parts: readonly Part[],
  end: { count?: number; size?: number; at?: number; disk?: number; comment?: string } = {},
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const packed = part.packed ?? (part.method === 8 ? deflateRawSync(part.content) : part.content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(part.flags ?? 0, 2);
    shared.writeUInt16LE(part.method ?? 0, 4);
    shared.writeUInt32LE(part.crc ?? crc32(part.content), 10);
    shared.writeUInt32LE(packed.byteLength, 14);
    shared.writeUInt32LE(part.size ?? part.content.byteLength, 18);
    shared.writeUInt16LE(part.name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(part.name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(part.offset ?? offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), shared, tail, Buffer.from(part.name)]),
    );
    bodies.push(local);
    offset += local.length;
  }
  const size = Buffer.concat(directory).length;
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(end.count ?? parts.length, 10);
  record.writeUInt32LE(end.size ?? size, 12);
  record.writeUInt32LE(end.at ?? offset, 16);
  record.writeUInt16LE((end.comment ?? '').length, 20);
  return Buffer.concat([...bodies, ...directory, record, Buffer.from(end.comment ?? '')]);
}

const whole: Part = { name: 'zeros.npy', content: writeNpy(zeros) };

test('what is written is read again', () => {
  const given: TensorMap = { x, ids, 'input:0': x, naïve: ids, ['__proto__']: x };
  const read = readNpz(writeNpz(given));
  expect(Object.keys(read)).toEqual(Object.keys(given));
  expect(read).toEqual(given);
  expect(readNpz(writeNpz({}))).toEqual({});
});

test('the same tensors give the same bytes', () => {
  expect(Buffer.from(writeNpz({ x, ids }))).toEqual(Buffer.from(writeNpz({ x, ids })));
});

test('a written archive is one that others read', () => {
  const content = Buffer.from(writeNpy(zeros));
  const ours = Buffer.from(writeNpz({ zeros }));
  // It adds a date, and the number of entries on this volume.
  const plain = zip([{ ...whole, flags: 0x0800 }]);
  expect(ours.length).toBe(plain.length);
  expect([...ours].filter((byte, i) => byte !== plain[i])).toEqual([0x21, 0x21, 1]);
  expect(ours.indexOf(content)).toBeGreaterThan(0);
});

describe('reads', () => {
  test.each<[string, Buffer]>([
    ['stored members', zip([whole])],
    ['deflated members', zip([{ ...whole, method: 8 }])],
    ['an archive with a comment', zip([whole], { comment: 'made by hand' })],
    ['an archive whose comment holds an end record', zip([whole], { comment: `PK\x05\x06${'\0'.repeat(30)}` })],
  ])('%s', (_, bytes) => {
    expect(readNpz(bytes)).toEqual({ zeros });
  });
});

describe('refuses', () => {
  const inflated = deflateRawSync(whole.content);
  test.each<[string, Uint8Array, string | RegExp]>([
    ['an empty file', new Uint8Array(0), 'not a .npz file, or a truncated one: no end of a zip directory'],
    ['another file', Buffer.from('hello, this is not a zip archive'), 'not a .npz file, or a truncated one'],
    ['a truncated archive', zip([whole]).subarray(0, -1), 'not a .npz file, or a truncated one'],
    ['ZIP64 by count', zip([whole], { count: 0xffff }), 'ZIP64 .npz is not read'],
    ['ZIP64 by size', zip([whole], { size: 0xffffffff }), 'ZIP64 .npz is not read'],
    ['ZIP64 by offset', zip([whole], { at: 0xffffffff }), 'ZIP64 .npz is not read'],
    ['a ZIP64 member', zip([{ ...whole, size: 0xffffffff }]), 'ZIP64 .npz member zeros.npy is not read'],
    ['several volumes', zip([whole], { disk: 1 }), '.npz in several volumes is not read'],
    [
      'a directory outside the file',
      zip([whole], { at: 5000 }),
      '.npz directory of 55 bytes at 5000 is outside the file',
    ],
    ['a directory elsewhere', zip([whole], { at: 3 }), 'no .npz directory entry at 3'],
    ['more entries than there are', zip([whole], { count: 2 }), /^no \.npz directory entry at \d+$/],
    ['an entry longer than the directory', longName(), /^\.npz directory entry at \d+ is longer than the directory$/],
    ['two members of one name', zip([whole, whole]), '.npz with two members of one name'],
    [
      'another kind of member',
      zip([{ ...whole, name: '../etc/passwd' }]),
      '.npz member "../etc/passwd" is not a .npy file',
    ],
    ['encryption', zip([{ ...whole, flags: 1 }]), '.npz member zeros.npy is encrypted'],
    [
      'another method',
      zip([{ ...whole, method: 12 }]),
      '.npz member zeros is packed by method 12, not stored or deflated',
    ],
    ['a member that is not there', zip([{ ...whole, offset: 7 }]), '.npz member zeros is not at 7'],
    ['a member beyond the file', zip([{ ...whole, offset: 2 ** 31 }]), '.npz member zeros is not at 2147483648'],
    [
      'a wrong checksum',
      zip([{ ...whole, crc: 1 }]),
      '.npz member zeros is damaged: its size or checksum is not as declared',
    ],
    ['a stored member of another size', zip([{ ...whole, size: 9 }]), '.npz member zeros is damaged'],
    [
      'a bomb: more than declared',
      zip([{ ...whole, method: 8, size: 100 }]),
      '.npz member zeros does not inflate to 100 bytes',
    ],
    [
      'less than declared',
      zip([{ ...whole, method: 8, size: whole.content.length + 1 }]),
      '.npz member zeros is damaged',
    ],
    [
      'a size that nothing deflates to',
      zip([{ ...whole, method: 8, size: 2 ** 31 }]),
      `.npz member zeros cannot hold 2147483648 bytes in ${inflated.length}`,
    ],
    [
      'a deflated size of nothing',
      zip([{ ...whole, method: 8, size: 0 }]),
      `.npz member zeros cannot hold 0 bytes in ${inflated.length}`,
    ],
    [
      'a stream that is none',
      zip([{ ...whole, method: 8, packed: Buffer.alloc(900, 255) }]),
      '.npz member zeros does not inflate to 928 bytes',
    ],
    ['a member that is no array', zip([{ name: 'a.npy', content: Buffer.from('nothing') }]), 'not a .npy file'],
  ])('%s', (_, bytes, message) => {
    expect(() => readNpz(bytes)).toThrow(MalformedFile);
    expect(() => readNpz(bytes)).toThrow(message);
  });

  test('members that overlap, before any is unpacked', () => {
    const one = zip([
      { ...whole, packed: Buffer.alloc(900) },
      { ...whole, name: 'b.npy', packed: Buffer.alloc(900) },
    ]);
    const bytes = Buffer.from(one);
    // Both directory entries claim more than half of the file.
    for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 1)) {
      bytes.writeUInt32LE(Math.ceil(bytes.length * 0.6), at + 20);
    }
    expect(() => readNpz(bytes)).toThrow('.npz members overlap');
  });

  test('a member that reaches beyond the file', () => {
    const bytes = zip([whole]);
    bytes.writeUInt32LE(bytes.length - 30, bytes.indexOf('PK\x01\x02') + 20);
    expect(() => readNpz(bytes)).toThrow('.npz member zeros reaches beyond the file');
  });

  function longName(): Buffer {
    const bytes = zip([whole]);
    bytes.writeUInt16LE(500, bytes.indexOf('PK\x01\x02') + 28);
    return bytes;
  }
});

test('arbitrary and mutated archives are read or refused, nothing else', () => {
  let refused = 0;
  const orRefused = (bytes: Uint8Array): void => {
    try {
      readNpz(bytes);
    } catch (error) {
      if (!(error instanceof MalformedFile)) throw error;
      refused += 1;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), orRefused), { seed: 31, numRuns: 300 });
  for (const template of [
    zip([whole]),
    zip([
      { ...whole, method: 8 },
      { name: 'x.npy', content: writeNpy(x) },
    ]),
  ]) {
    // Edits aim at the headers, where they matter, as often as at the whole.
    const at = fc.oneof(
      fc.nat(template.length - 1),
      fc.nat(150).map((back) => template.length - 1 - back),
      fc.nat(60),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(at, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = Buffer.from(template);
        for (const [position, byte] of edits) bytes[position] = byte;
        orRefused(bytes);
        orRefused(bytes.subarray(0, edits[0]?.[0]));
      }),
      { seed: 32, numRuns: 2000 },
    );
  }
  expect(refused).toBeGreaterThan(1000);
});
