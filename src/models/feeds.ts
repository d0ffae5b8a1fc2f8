/**
 * Turns raw values into what an artifact is fed: preprocessing, layout, names. Preprocessing is under parity: the reference
 * holds raw inputs, so a wrong constant in the card is a mismatch.
 */
import type { Ranges } from '../backends/backend.ts';
import { batchRows, elementCount, tensor } from '../tensor/tensor.ts';
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import type { Artifact, Input, ModelCard } from './card.ts';

/** Feeds of one artifact from raw rows [start, end) of the model's inputs. */
export function feedsOf(card: ModelCard, artifact: Artifact, raw: TensorMap, start: number, end: number): TensorMap {
  return Object.fromEntries(
    card.inputs.map((input) => {
      const value = raw[input.name];
      if (value === undefined) throw new Error(`the reference has no input ${input.name}`);
      // An input without axes has no rows to choose from.
      const rows = input.dims.length === 0 ? value : batchRows(value, start, end);
      return [nameIn(artifact, input.name), inLayout(preprocess(rows, input), input, artifact)];
    }),
  );
}

/** An artifact's outputs under the model's names and in its order; outputs that the card does not name are left out. */
export function outputsOf(card: ModelCard, artifact: Artifact, outputs: TensorMap): TensorMap {
  return Object.fromEntries(
    card.outputs.flatMap(({ name }) => {
      const value = outputs[nameIn(artifact, name)];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What an engine must be built for, so that all of these run: the last of them is the usual one. */
export function rangesOf(feedings: readonly TensorMap[]): Ranges {
  const names = Object.keys(feedings[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const shapes = feedings.map((feeds) => feeds[name]?.dims ?? []);
      const axes = shapes.at(-1) ?? [];
      return [
        name,
        axes.map((usual, axis) => {
          const sizes = shapes.map((dims) => dims[axis] ?? usual);
          return [Math.min(...sizes), usual, Math.max(...sizes)] as const;
        }),
      ];
    }),
  );
}

const nameIn = (artifact: Artifact, name: string): string => artifact.names?.[name] ?? name;

/** (raw * scale - mean[channel]) / std[channel] in float64, rounded once. Raw dims [batch, channels, ...]. */
export function preprocess(raw: Tensor, { preprocess: constants, dtype }: Pick<Input, 'preprocess' | 'dtype'>): Tensor {
  if (constants === undefined) return raw;
  if (raw.dtype !== 'uint8' || dtype !== 'float32')
    throw new TypeError(`preprocessing makes float32 from uint8, not ${dtype} from ${raw.dtype}`);
  const { scale, mean, std } = constants;
  const channels = raw.dims[1] ?? 1;
  if (mean.length !== channels || std.length !== channels)
    throw new RangeError(`preprocess has ${mean.length} means and ${std.length} stds for ${channels} channels`);
  const plane = elementCount(raw.dims.slice(2));
  // 256 possible values a channel: the table holds each, computed once in float64.
  const tables = mean.map((centre, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value * scale - centre) / (std[channel] ?? 1)),
  );
  const result = new Float32Array(raw.data.length);
  for (let offset = 0, channel = 0; offset < result.length; offset += plane, channel = (channel + 1) % channels) {
    const table = tables[channel] ?? new Float32Array(256);
    for (let index = offset; index < offset + plane; index += 1)
      result[index] = table[raw.data[index] as number] as number;
  }
  return tensor('float32', raw.dims, result);
}

function inLayout(value: Tensor, input: Input, artifact: Artifact): Tensor {
  if (artifact.layout === undefined || input.layout === undefined || artifact.layout === input.layout) return value;
  return artifact.layout === 'NHWC' ? transpose(value, [0, 2, 3, 1]) : transpose(value, [0, 3, 1, 2]);
}

/** Permutes the axes of a four-dimensional float32 tensor. */
export function transpose({ dtype, dims, data }: Tensor, order: readonly [number, number, number, number]): Tensor {
  if (!(data instanceof Float32Array) || dims.length !== 4)
    throw new TypeError(`only float32 images change layout, not ${dtype} [${dims.join(', ')}]`);
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  // Offsets of every position along each target axis; a position's source is the sum of its four.
  const offsets = order.map((axis) =>
    Array.from({ length: dims[axis] ?? 1 }, (_, index) => index * (strides[axis] ?? 1)),
  );
  const target = new Float32Array(data.length);
  let to = 0;
  // The last axis in the inner loop; the outer ones joined, so that it stays one plain loop over memory.
  const inner = offsets[3] ?? [];
  for (const start of sumsOf(offsets.slice(0, 3)))
    for (const step of inner) target[to++] = data[start + step] as number;
  const sizes = offsets.map(({ length }) => length);
  return tensor('float32', sizes, target);
}

/** Every sum of one offset an axis, row-major. */
const sumsOf = (axes: readonly (readonly number[])[]): readonly number[] =>
  axes.reduce<readonly number[]>((sums, axis) => sums.flatMap((sum) => axis.map((offset) => sum + offset)), [0]);
