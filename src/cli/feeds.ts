/** Feeds for files without a card: from --inputs x.npz, else drawn from the model's signature. */
import { readFile } from 'node:fs/promises';
import type { Signature } from '../backends/backend.ts';
import { BadInput } from '../schema/bad-input.ts';
import { drawFeeds } from '../tensor/draw.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { CompareOptions } from './compare-options.ts';
import { pairs, unknown, wholeNumber } from './options.ts';

/** Rows that are drawn where the batch is symbolic: several, so that an output which ignores its input shows. */
export const drawnRows = 4;

/** Feeds of one comparison; `batch` is null where they were given. */
export interface Feeding {
  readonly batch: number | null;
  readonly feeds: TensorMap;
}

/** One set of feeds for each batch size that is asked for. */
export async function feedsFor(inputs: readonly Signature[], options: CompareOptions): Promise<readonly Feeding[]> {
  if (options.inputs !== undefined) return [{ batch: null, feeds: await readGiven(inputs, options.inputs, options) }];
  const half = inputs.find(({ dtype }) => dtype === 'float16');
  if (half !== undefined)
    throw new BadInput({
      what: `input ${half.name} is float16, which is not drawn`,
      where: 'command line',
      fix: 'give the feeds with --inputs x.npz',
    });
  const known = inputs.map(({ name }) => name);
  const axes = inputs.flatMap(({ dims }) => dims.filter((axis) => typeof axis === 'string'));
  const dims = new Map(
    [...pairs('--dim', options.dim ?? [])].map(([name, text]) => [
      axes.includes(name) ? name : unknown('axis', name, axes),
      wholeNumber('--dim', text, 1),
    ]),
  );
  const ranges = new Map(
    [...pairs('--range', options.range ?? [])].map(([name, text]) => [
      name,
      rangeOf(text, inputs.find((input) => input.name === name) ?? unknown('input', name, known)),
    ]),
  );
  const seed = wholeNumber('--seed', options.seed, 0);
  return sizesIn(options, inputs, dims).map((batch) => ({
    batch,
    feeds: drawFeeds(inputs, { seed, batch, dims, ranges }),
  }));
}

/** A size that no axis takes would be told and not compared. */
function sizesIn(
  { batch = [] }: CompareOptions,
  inputs: readonly Signature[],
  dims: ReadonlyMap<string, number>,
): readonly number[] {
  if (batch.length === 0) return [drawnRows];
  const isFree = ({ dims: [axis = 0] }: Signature): boolean => typeof axis !== 'number' && !dims.has(axis ?? '');
  if (inputs.some(isFree)) return [...new Set(batch.map((size) => wholeNumber('--batch', size, 1)))];
  throw new BadInput({
    what: `no input has a batch axis to size: ${inputs.map(shapeOf).join('; ')}`,
    where: '--batch',
    fix: 'leave --batch out',
  });
}

async function readGiven(inputs: readonly Signature[], file: string, options: CompareOptions): Promise<TensorMap> {
  const contradiction = (['batch', 'dim', 'range'] as const).find((name) => options[name] !== undefined);
  if (contradiction !== undefined)
    throw new BadInput({
      what: `--${contradiction} sizes drawn feeds, and --inputs gives them`,
      where: 'command line',
      fix: 'give one of the two',
    });
  return checked(inputs, await readInputs(file), file);
}

/** Name, dtype and dims as a person reads them. */
export const shapeOf = ({ name, dtype, dims }: Signature): string =>
  `${name} ${dtype} [${dims.map((axis) => axis ?? '?').join(', ')}]`;

function rangeOf(text: string, { name, dtype }: Signature): readonly [number, number] {
  const bounds = text.split(':').map((bound) => (bound.trim() === '' ? NaN : Number(bound)));
  const [low = NaN, high = NaN] = bounds;
  if (bounds.length !== 2 || !(low < high) || !Number.isFinite(high - low))
    throw new BadInput({
      what: `'${text}' is no range`,
      where: '--range',
      fix: 'such as --range input_ids=0:511',
    });
  if (dtype.startsWith('float') || (Number.isSafeInteger(low) && Number.isSafeInteger(high))) return [low, high];
  throw new BadInput({
    what: `'${text}' is no range of ${dtype}: the bounds of ${name} must be whole`,
    where: '--range',
    fix: `such as --range ${name}=0:511`,
  });
}

async function readInputs(file: string): Promise<TensorMap> {
  const { readNpz } = await import('../tensor/npz.ts');
  try {
    return readNpz(await readFile(file));
  } catch (error) {
    throw new BadInput({
      what: `cannot be read: ${(error as Error).message}`,
      where: file,
      fix: 'write it with numpy.savez(file, name=array, ...), one array an input',
    });
  }
}

/** Names, dtypes and dims of given feeds against the signature, before a runtime complains in its own words. */
function checked(inputs: readonly Signature[], given: TensorMap, where: string): TensorMap {
  const refuse = (what: string): never => {
    throw new BadInput({
      what,
      where,
      fix: `the model takes ${inputs.map(shapeOf).join('; ')}`,
    });
  };
  const extra = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (extra !== undefined) refuse(`has an array '${extra}' that is no input`);
  for (const { name, dtype, dims } of inputs) {
    const value = given[name];
    if (value === undefined) refuse(`has no array '${name}'`);
    else if (value.dtype !== dtype) refuse(`'${name}' is ${value.dtype}`);
    else if (
      value.dims.length !== dims.length ||
      dims.some((axis, index) => typeof axis === 'number' && axis !== value.dims[index])
    )
      refuse(`'${name}' has dims [${value.dims.join(', ')}]`);
  }
  return given;
}
