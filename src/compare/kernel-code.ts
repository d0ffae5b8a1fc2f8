/**
 * Assembles the hot loops of the comparison as a WebAssembly module: (bytes, absolute, relative) over arrays at fixed places in
 * memory. Decides nothing: they must count what `tallyBlock` counts. Opcodes: webassembly.github.io/spec/core/binary/instructions.html.
 */
import { blockSize } from './block.ts';

/** Where things lie in memory, in bytes. */
export const offsets = { results: 0, actual: 1024, expected: 1024 + blockSize * 8 } as const;

/** Elements taken in one turn of a loop: two lanes, unrolled so that the sums do not wait for each other. */
export const perTurn = 4;

/**
 * The module: `memory` and, for each float dtype, `compare` (results: sum of squared differences, greatest difference, greatest
 * ratio, identical, mismatched) and `squares` (result: sum of squared expected). A result is two lanes of 8 bytes, to be combined.
 */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  const bodies = [comparing, squaring].flatMap((kernel) => [body(kernel, 4), body(kernel, 8)]);
  const names = ['compare32', 'compare64', 'squares32', 'squares64'];
  const pages = Math.ceil((offsets.expected + blockSize * 8) / 65536);
  const functions = names.map((name, index) => [...text(name), 0, index]);
  return Uint8Array.from([
    ...header,
    ...section(1, list([[0x60, ...list([[i32], [f64], [f64]]), 0]])),
    ...section(3, list(bodies.map(() => [0]))),
    ...section(5, list([[0, ...leb(pages)]])),
    ...section(7, list([[...text('memory'), 2, 0], ...functions])),
    ...section(10, list(bodies.map((code) => [...leb(code.length), ...code]))),
  ]);
}

/** \0asm, version 1. */
const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

type Code = readonly number[];
type Operator = (...operands: readonly Code[]) => Code;

const [i32, f64, v128] = [0x7f, 0x7c, 0x7b];

/** Unsigned LEB128. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
const list = (items: readonly Code[]): number[] => [...leb(items.length), ...items.flat()];
const section = (id: number, content: Code): number[] => [id, ...leb(content.length), ...content];
const text = (name: string): number[] => list(Array.from(name, (letter) => [letter.charCodeAt(0)]));

const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
/** All vector instructions share a prefix; operands come first. */
const vector = (opcode: number, ...immediates: number[]): Operator => {
  return (...operands) => [...operands.flat(), 0xfd, ...leb(opcode), ...immediates];
};
const [splat, promote, abs] = [vector(0x14), vector(0x5f), vector(0xec)];
const [equal, greater] = [vector(0x47), vector(0x4a)];
const [plus, minus, times, over] = [vector(0xf0), vector(0xf1), vector(0xf2), vector(0xf3)];
/** a < b ? b : a, so a NaN on the right is passed over: 0 / 0 of an identical element under an exact tolerance. */
const greatest = vector(0xf7);
/** A comparison's true lanes are the integer -1, so counting is subtracting. */
const [plusInteger, minusInteger] = [vector(0xce), vector(0xd1)];

// Locals: the parameters, then temporaries, then the accumulators of each part of a turn. All but the parameters start as zero.
const [bytes, absolute, relative, cursor] = [0, 1, 2, 3];
const [zero, one, expected, difference, size, ratio] = [4, 5, 6, 7, 8, 9];
const parts = [10, 15];

interface Kernel {
  /** Two elements; `pair` loads them as float64. */
  readonly step: (pair: (at: number) => Code) => Code;
  /** Each accumulator: its operator within a turn, what it takes in, and the operator that joins the parts. */
  readonly accumulators: readonly (readonly [within: Operator, value: Code, join: Operator])[];
}

/** As `tallyBlock`, without its branches. */
const comparing: Kernel = {
  step: (pair) => [
    ...set(expected, pair(offsets.expected)),
    ...set(difference, minus(pair(offsets.actual), get(expected))),
    ...set(size, abs(get(difference))),
    ...set(ratio, over(get(size), plus(splat(get(absolute)), times(splat(get(relative)), abs(get(expected)))))),
  ],
  accumulators: [
    [plus, times(get(difference), get(difference)), plus],
    [greatest, get(size), greatest],
    [greatest, get(ratio), greatest],
    [minusInteger, equal(get(size), get(zero)), plusInteger],
    [minusInteger, greater(get(ratio), get(one)), plusInteger],
  ],
};

const squaring: Kernel = {
  step: (pair) => set(expected, pair(offsets.expected)),
  accumulators: [[plus, times(get(expected), get(expected)), plus]],
};

function body({ step, accumulators }: Kernel, elementSize: 4 | 8): Code {
  const turn = parts.flatMap((first, part) => {
    const pair = (at: number): Code => loadPair(elementSize, at + part * 2 * elementSize);
    return [
      ...step(pair),
      ...accumulators.flatMap(([within, value], i) => set(first + i, within(get(first + i), value))),
    ];
  });
  const advance = [...get(cursor), 0x41, perTurn * elementSize, 0x6a, 0x22, cursor];
  return [
    ...list([
      [1, i32],
      [16, v128],
    ]),
    ...set(one, splat([0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])),
    ...loopWhile(turn, [...advance, ...get(bytes), 0x48]),
    ...accumulators.flatMap(([, , join], i) => store(16 * i, join(...parts.map((first) => get(first + i))))),
    0x0b,
  ];
}

/** loop body; condition; br_if 0; end */
const loopWhile = (code: Code, condition: Code): Code => [0x03, 0x40, ...code, ...condition, 0x0d, 0, 0x0b];

function loadPair(elementSize: 4 | 8, at: number): Code {
  const [load, alignment] = elementSize === 4 ? [0x5d, 2] : [0x00, 3];
  const pair = vector(load, alignment, ...leb(at))(get(cursor));
  return elementSize === 4 ? promote(pair) : pair;
}

const store = (at: number, value: Code): Code => vector(0x0b, 3, ...leb(offsets.results + at))([0x41, 0], value);
