/** Batch sizes of a sweep: numbers, and ranges that double from their beginning and always have their end. */
import { BadInput } from '../schema/bad-input.ts';

const greatest = 65_536;
const option = '--batch';

/** Of texts such as 1, 8 and 16..128; ascending, each once. Throws BadInput. */
export function sizesOf(texts: readonly string[]): readonly number[] {
  const sizes = texts.flatMap((text) => (text.includes('..') ? doubling(text) : [sizeOf(text, text)]));
  if (sizes.length === 0) refuse('', 'names no batch size, and a sweep is over several');
  return [...new Set(sizes)].toSorted((a, b) => a - b);
}

function doubling(text: string): number[] {
  const [from = '', to = '', ...more] = text.split('..');
  if (more.length > 0) refuse(text, 'is no range');
  const [low, high] = [sizeOf(from, text), sizeOf(to, text)];
  if (low > high) refuse(text, 'ends before it begins');
  const sizes = [high];
  for (let size = low; size < high; size *= 2) sizes.push(size);
  return sizes;
}

function sizeOf(digits: string, text: string): number {
  const size = /^\d+$/.test(digits.trim()) ? Number(digits) : NaN;
  if (!(size >= 1)) refuse(text, 'is no batch size: whole numbers from 1 up');
  if (size > greatest) refuse(text, `goes beyond ${greatest}`);
  return size;
}

function refuse(text: string, what: string): never {
  throw new BadInput({
    what: `'${text}' ${what}`,
    where: option,
    fix: `such as ${option} 1..256 or ${option} 1,8,16..128`,
  });
}
