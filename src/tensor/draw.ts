/** Draws feeds from a model's own signature: seeded, so that a failure can be replayed. Refuses axes and ranges that it cannot know. */
import { randomFrom } from '../stats/random.ts';
import type { Random } from '../stats/random.ts';
import type { Signature } from '../backends/backend.ts';
import { elementCount, tensor, zeros } from './tensor.ts';
import type { Dtype, Tensor, TensorMap } from './tensor.ts';

export interface DrawOptions {
  readonly seed: number;
  /** Size of the batch axis: the first axis where it is symbolic. */
  readonly batch: number;
  /** Sizes of symbolic axes by name. */
  readonly dims: ReadonlyMap<string, number>;
  /** Lowest and highest value by input name; integers include both. */
  readonly ranges: ReadonlyMap<string, readonly [number, number]>;
}

/** Size of a symbolic axis that nobody gave, such as a sequence. */
const otherAxis = 16;

/** One tensor an input. Floats are uniform in [-1, 1), integers 0 or 1, which every vocabulary and mask has. */
export function drawFeeds(inputs: readonly Signature[], options: DrawOptions): TensorMap {
  const random = randomFrom(options.seed);
  return Object.fromEntries(inputs.map((input) => [input.name, draw(input, options, random)]));
}

/** Sizes of all axes: fixed ones as they are, the batch, named ones, 16 for the rest. */
export const sizesOf = ({ dims }: Signature, options: Pick<DrawOptions, 'batch' | 'dims'>): readonly number[] =>
  dims.map((axis, index) => {
    if (typeof axis === 'number') return axis;
    return options.dims.get(axis ?? '') ?? (index === 0 ? options.batch : otherAxis);
  });

function draw(input: Signature, options: DrawOptions, random: Random): Tensor {
  const dims = sizesOf(input, options);
  const isFloat = input.dtype.startsWith('float');
  const [low, high] = options.ranges.get(input.name) ?? (isFloat ? [-1, 1] : [0, 1]);
  const next = isFloat ? () => low + (high - low) * random() : () => low + Math.floor((high - low + 1) * random());
  return fill(input.dtype, dims, next);
}

function fill(dtype: Dtype, dims: readonly number[], next: () => number): Tensor {
  const length = elementCount(dims);
  if (dtype === 'float16') throw new TypeError('float16 inputs are not drawn: give them with --inputs x.npz');
  if (dtype === 'int64')
    return tensor(
      dtype,
      dims,
      BigInt64Array.from({ length }, () => BigInt(next())),
    );
  if (dtype === 'uint64')
    return tensor(
      dtype,
      dims,
      BigUint64Array.from({ length }, () => BigInt(next())),
    );
  const drawn = zeros(dtype, dims);
  for (let index = 0; index < length; index += 1) (drawn.data as Float32Array)[index] = next();
  return drawn;
}
