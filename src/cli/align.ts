/** Two files may call the same thing by other names and lay images out otherwise. What is assumed about it is said, never hidden. */
import type { Signature } from '../backends/backend.ts';
import { transpose } from '../models/feeds.ts';
import { BadInput } from '../schema/bad-input.ts';
import type { Tensor, TensorMap } from '../tensor/tensor.ts';

export function alignedFeeds(
  feeds: TensorMap,
  from: readonly Signature[],
  to: readonly Signature[],
): { feeds: TensorMap; assumptions: string[] } {
  if (from.length !== to.length) {
    throw new BadInput({
      what: `has ${to.length} inputs (${names(to)}), the first file has ${from.length} (${names(from)})`,
      where: 'second file',
      fix: 'compare models with the same inputs',
    });
  }
  const assumptions: string[] = [];
  const aligned = to.map((input, index) => {
    const source = from.find(({ name }) => name === input.name) ?? from[index];
    const value = feeds[source?.name ?? ''];
    if (source === undefined || value === undefined) throw new Error(`no feed for ${input.name}`);
    if (source.name !== input.name) assumptions.push(`input ${input.name} is taken for ${source.name}`);
    return [input.name, inLayoutOf(value, input, assumptions)] as const;
  });
  return { feeds: Object.fromEntries(aligned), assumptions };
}

/** Outputs under the first file's names: equal names belong together, else the signatures' order decides. */
export function alignedOutputs(
  outputs: TensorMap,
  to: readonly Signature[],
  from: readonly Signature[],
): { outputs: TensorMap; assumptions: string[] } {
  const renamed = outputNames(to, from);
  if (renamed === null) return { outputs, assumptions: [] };
  const entries = Object.entries(renamed).map(([name, theirs]) => [name, outputs[theirs] as Tensor] as const);
  return { outputs: Object.fromEntries(entries), assumptions: assumedOutputs(renamed) };
}

/** The first file's names -> the other's; null where they agree, or cannot be told apart. */
export function outputNames(
  to: readonly Signature[],
  from: readonly Signature[],
): Readonly<Record<string, string>> | null {
  const theirs = to.map(({ name }) => name);
  if (from.length !== to.length || from.every(({ name }) => theirs.includes(name))) return null;
  return Object.fromEntries(from.map(({ name }, index) => [name, theirs[index] ?? '']));
}

export const assumedOutputs = (renamed: Readonly<Record<string, string>>): string[] =>
  Object.entries(renamed).flatMap(([name, theirs]) =>
    name === theirs ? [] : [`output ${theirs} is taken for ${name}`],
  );

const names = (signatures: readonly Signature[]): string => signatures.map(({ name }) => name).join(', ');

/** [N, C, H, W] fed to an input that wants [N, H, W, C]: the last axis tells. */
function inLayoutOf(value: Tensor, { name, dims }: Signature, assumptions: string[]): Tensor {
  const [, channels, height, width] = value.dims;
  const wantsLast =
    dims.length === 4 && value.dims.length === 4 && dims[3] === channels && dims[1] === height && dims[2] === width;
  if (!wantsLast || dims[1] === channels) return value;
  assumptions.push(`input ${name} is fed as NHWC, transposed from NCHW`);
  return transpose(value, [0, 2, 3, 1]);
}
