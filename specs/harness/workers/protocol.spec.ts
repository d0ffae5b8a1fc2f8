import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesPerElement, dtypes, elementCount, tensorBytes, tensorFromBytes } from '../../../src/tensor/tensor.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { decodeFrame, decodePrefix, encodeFrame, FrameReader } from '../../../src/workers/protocol.ts';
import type { Message } from '../../../src/workers/protocol.ts';

const seed = 20;

const tensors: fc.Arbitrary<Tensor> = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }))
  .chain(([dtype, dims]) => {
    const length = elementCount(dims) * bytesPerElement(dtype);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => tensorFromBytes(dtype, dims, new Uint8Array(bytes)));
  });
/** Any name that a model may have, those that JavaScript objects treat specially included. */
const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '10', '9', 'ä ø'));
const messages: fc.Arbitrary<Message> = fc.record({
  fields: fc
    .dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))
    .map((fields) => Object.fromEntries([...Object.entries(fields).filter(([name]) => name !== 'tensors'), ['id', 1]])),
  tensors: fc.array(fc.tuple(names, tensors), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
});

/** What must arrive: names in order, and every tensor to the bit. */
const shown = ({ fields, tensors: map }: Message): unknown => ({
  fields: { ...fields },
  tensors: Object.entries(map).map(([name, value]) => ({
    name,
    dtype: value.dtype,
    dims: value.dims,
    bytes: Buffer.from(tensorBytes(value)).toString('hex'),
  })),
});

const frameOf = (message: Message): Buffer => Buffer.concat(encodeFrame(message));

function readInChunks(stream: Uint8Array, sizes: readonly number[]): Message[] {
  const seen: Message[] = [];
  const reader = new FrameReader((message) => seen.push(message));
  for (let at = 0, turn = 0; at < stream.byteLength; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    reader.push(stream.subarray(at, at + size));
    at += size;
  }
  return seen;
}

const prefixOf = (header: number, payload: bigint): Uint8Array => {
  const prefix = Buffer.alloc(12);
  prefix.writeUInt32LE(header, 0);
  prefix.writeBigUInt64LE(payload, 4);
  return prefix;
};

/** A frame whose header is any text and whose payload is any bytes. */
const rawFrame = (header: string, payload: Uint8Array = new Uint8Array()): Uint8Array => {
  const text = Buffer.from(header);
  return Buffer.concat([prefixOf(text.byteLength, BigInt(payload.byteLength)), text, payload]);
};

describe('frames', () => {
  test('any messages arrive as they were sent, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (sent, sizes) => {
          const stream = Buffer.concat(sent.map(frameOf));
          expect(readInChunks(stream, sizes).map(shown)).toEqual(sent.map(shown));
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test('tensors lie at multiples of eight bytes, so that any dtype can view them', () => {
    const odd = tensorFromBytes('uint8', [3], Uint8Array.of(1, 2, 3));
    const wide = tensorFromBytes('float64', [1], new Uint8Array(8));
    const frame = frameOf({ fields: {}, tensors: { odd, wide } });
    const { header, payload } = decodePrefix(frame);
    expect(payload).toBe(16);
    expect(frame.byteLength).toBe(12 + header + payload);
  });
});

/** What the body returns; undefined where it refuses with one of the three errors of the protocol; any other error fails the test. */
function messageOrTypedError<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if ([SyntaxError, TypeError, RangeError].some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

describe('lies about a frame', () => {
  test.each([
    ['an empty header', 0, 0n],
    ['a header of gigabytes', 2 ** 32 - 1, 0n],
    ['a payload beyond any memory', 2, 2n ** 62n],
    ['a payload of eight gigabytes', 2, 2n ** 33n],
  ])('%s is refused before anything is allocated', (_, header, payload) => {
    const before = process.memoryUsage().arrayBuffers;
    const reader = new FrameReader(() => undefined);
    expect(() => reader.push(prefixOf(header, payload))).toThrow(RangeError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['JSON that is no object', 'null'],
    ['tensors that are no list', '{"tensors":7}'],
    ['a tensor that is no object', '{"tensors":[null]}'],
    ['an unknown dtype', '{"tensors":[{"name":"x","dtype":"quaternion","dims":[]}]}'],
    ['dims that are no list', '{"tensors":[{"name":"x","dtype":"uint8","dims":"8"}]}'],
    ['dims that are texts', '{"tensors":[{"name":"x","dtype":"uint8","dims":["8"]}]}'],
    ['negative dims', '{"tensors":[{"name":"x","dtype":"uint8","dims":[-2,-4]}]}'],
    ['half a dim', '{"tensors":[{"name":"x","dtype":"uint8","dims":[0.5,16]}]}'],
    ['a name that is no text', '{"tensors":[{"name":7,"dtype":"uint8","dims":[8]}]}'],
    ['fewer tensors than bytes', '{"tensors":[]}'],
    ['more tensors than bytes', '{"tensors":[{"name":"x","dtype":"float64","dims":[2]}]}'],
    ['dims whose product is beyond any payload', '{"tensors":[{"name":"x","dtype":"float64","dims":[1e200,1e200]}]}'],
  ])('a header with %s is an error, not a message', (_, header) => {
    const seen: Message[] = [];
    const reader = new FrameReader((message) => seen.push(message));
    expect(() => reader.push(rawFrame(header, new Uint8Array(8)))).toThrow(/./);
    expect(seen).toEqual([]);
  });

  test('any header over any payload is a message or a typed error, and a message holds sound tensors', () => {
    const headers = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          tensors: fc.array(
            fc.record({
              name: names,
              dtype: fc.oneof(fc.constantFrom(...dtypes), fc.string()),
              dims: fc.array(fc.oneof(fc.nat(4), fc.double(), fc.string())),
            }),
          ),
        })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 64 }), (header, payload) => {
        const message = messageOrTypedError(() =>
          decodeFrame(new TextEncoder().encode(header), new Uint8Array(payload)),
        );
        for (const { dims, data } of Object.values(message?.tensors ?? {})) {
          expect(data.length).toBe(elementCount(dims));
          expect(dims.every((axis) => Number.isSafeInteger(axis) && axis >= 0)).toBe(true);
        }
      }),
      { seed, numRuns: 2_000 },
    );
  });

  test('any bytes are refused or waited for, never a crash of another kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const seen: Message[] = [];
        const reader = new FrameReader((message) => seen.push(message));
        messageOrTypedError(() => reader.push(bytes));
        expect(seen.every(({ fields }) => typeof fields === 'object')).toBe(true);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});
