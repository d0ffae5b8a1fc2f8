/** Loads a model's trusted answers: raw inputs and outputs, and the decision output over the whole data set. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { readNpz } from '../tensor/npz.ts';
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import { verifyFile } from './artifact.ts';
import type { DescribedFile } from './artifact.ts';
import { decisionOutput } from './card.ts';
import type { Model } from './card.ts';

export interface Reference {
  readonly source: string;
  /** Rows (examples) in it. */
  readonly rows: number;
  readonly inputs: TensorMap;
  readonly outputs: TensorMap;
}

/** Null where the card has no reference. */
export async function readReference({ card, folder }: Model): Promise<Reference | null> {
  if (card.reference === undefined) return null;
  const { source, file } = card.reference;
  const arrays = await readVerifiedNpz(folder, file);
  const pick = (names: readonly { name: string }[]): TensorMap =>
    Object.fromEntries(names.map(({ name }) => [name, arrays[name] ?? absent(name, join(folder, file.path))]));
  const inputs = pick(card.inputs);
  const rows = Math.min(...Object.values(inputs).map((value) => value.dims[0] ?? 0));
  return { source, rows, inputs, outputs: pick(card.outputs) };
}

/** Reference logits over the data set, [count, classes]; null where the card has none. */
export async function readDatasetLogits({ card, folder }: Model): Promise<Tensor | null> {
  const file = card.reference?.dataset;
  const output = decisionOutput(card);
  if (file === undefined || output === undefined) return null;
  const arrays = await readVerifiedNpz(folder, file);
  return arrays[output.name] ?? absent(output.name, join(folder, file.path));
}

async function readVerifiedNpz(folder: string, file: DescribedFile): Promise<TensorMap> {
  await verifyFile(folder, file);
  return readNpz(await readFile(join(folder, file.path)));
}

function absent(name: string, where: string): never {
  throw new BadInput({ what: `has no array '${name}'`, where, fix: 'build the reference again: fixtures/build' });
}
