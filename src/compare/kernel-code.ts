/**
 * Assembles the kernel: one function per dtype, (bytes, absolute, relative) over arrays at fixed places in memory. Decides nothing:
 * it must count what `tallyBlock` counts. Opcodes: webassembly.github.io/spec/core/binary/instructions.html.
 */
import { blockSize } from './block.ts';

/** Where things lie in memory, in bytes. */
export const offsets = { results: 0, actual: 1024, expected: 1024 + blockSize * 8 } as const;

/** Elements taken in one turn of the loop: two lanes, unrolled so that the sums do not wait for each other. */
export const perTurn = 4;

/** The module: exports `memory`, `float32` and `float64`. */
export function moduleBytes(): Uint8Array {
  const bodies = [kernelBody(4), kernelBody(8)];
  const pages = Math.ceil((offsets.expected + blockSize * 8) / 65536);
  const exported = (name: string, kind: number, index: number): number[] => [...named(name), kind, index];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list([[i32], [f64], [f64]]), 0]])),
    ...section(3, list(bodies.map(() => [0]))),
    ...section(5, list([[0, ...leb(pages)]])),
    ...section(7, list([exported('memory', 2, 0), exported('float32', 0, 0), exported('float64', 0, 1)])),
    ...section(10, list(bodies.map((body) => [...leb(body.length), ...body]))),
  ]);
}

type Code = readonly number[];

const [i32, f64, v128] = [0x7f, 0x7c, 0x7b];

/** Unsigned LEB128. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
const list = (items: readonly Code[]): number[] => [...leb(items.length), ...items.flat()];
const section = (id: number, content: Code): number[] => [id, ...leb(content.length), ...content];
const named = (name: string): number[] => list(Array.from(name, (letter) => [letter.charCodeAt(0)]));

const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...leb(local)];
/** All vector instructions share a prefix; operands come first. */
const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...leb(opcode)];
const load = (opcode: number, address: Code, offset: number): Code => [
  ...vector(opcode)(address),
  0,
  ...leb(offset),
];
const splat = vector(0x14);
const equal = vector(0x47);
const greater = vector(0x4a);
const promote = vector(0x5f);
const abs = vector(0xec);
const plus = vector(0xf0);
const minus = vector(0xf1);
const times = vector(0xf2);
const over = vector(0xf3);
/** a < b ? b : a, so a NaN on the right is passed over: 0 / 0 of an identical element under an exact tolerance. */
const greatest = vector(0xf7);
const minusInteger = vector(0xd1);
const plusInteger = vector(0xce);

// Locals: 0-2 are the parameters; 5-9 temporaries; then six accumulators for each part of a turn. All start as zero.
const [bytes, absolute, relative, cursor, zero, expected, difference, size, ratio, one] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const accumulators = [10, 16];
const combine = [plus, plus, greatest, greatest, plusInteger, plusInteger];

function kernelBody(elementSize: 4 | 8): Code {
  const parts = accumulators.flatMap((first, part) => [...turn(first, part * 2 * elementSize, elementSize)]);
  const step = [0x41, perTurn * elementSize];
  return [
    ...list([
      [1, i32],
      [...leb(18), v128],
    ]),
    ...set(one, splat([0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])),
    ...[0x03, 0x40],
    ...parts,
    ...[...get(cursor), ...step, 0x6a, 0x22, cursor, ...get(bytes), 0x48, 0x0d, 0, 0x0b],
    ...combine.flatMap((both, i) => [
      ...[0x41, 0],
      ...both(get(10 + i), get(16 + i)),
      ...[0xfd, 0x0b, 0, ...leb(offsets.results + 16 * i)],
    ]),
    0x0b,
  ];
}

/** Two elements: as `tallyBlock`, without its branches. A comparison's true lanes are -1, so counting is subtracting. */
function turn(first: number, offset: number, elementSize: 4 | 8): Code {
  const pair = (at: number): Code =>
    elementSize === 4 ? promote(load(0x5d, get(cursor), at + offset)) : load(0x00, get(cursor), at + offset);
  const square = (local: number): Code => times(get(local), get(local));
  const allowed = plus(splat(get(absolute)), times(splat(get(relative)), abs(get(expected))));
  const update = (index: number, by: typeof plus, value: Code): Code =>
    set(first + index, by(get(first + index), value));
  return [
    ...set(expected, pair(offsets.expected)),
    ...set(difference, minus(pair(offsets.actual), get(expected))),
    ...set(size, abs(get(difference))),
    ...set(ratio, over(get(size), allowed)),
    ...update(0, plus, square(expected)),
    ...update(1, plus, square(difference)),
    ...update(2, greatest, get(size)),
    ...update(3, greatest, get(ratio)),
    ...update(4, minusInteger, equal(get(size), get(zero))),
    ...update(5, minusInteger, greater(get(ratio), get(one))),
  ];
}
