/** Loads a model's trusted answers: raw inputs and outputs, and the decision output over the whole data set. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { readNpz } from '../tensor/npz.ts';
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import { verifyFile } from './artifact.ts';
import type { DescribedFile } from './artifact.ts';
import { decisionOutput } from './card.ts';
import type { Input, Model } from './card.ts';

export interface Reference {
  readonly source: string;
  /** Rows (examples) in it. */
  readonly rows: number;
  readonly inputs: TensorMap;
  readonly outputs: TensorMap;
}

/** Null where the card has no reference. Drawn inputs have nobody who knows the answers. */
export async function readReference({ card, folder, drawn }: Model): Promise<Reference | null> {
  if (drawn !== undefined) return { source: 'drawn', outputs: {}, ...drawn };
  if (card.reference === undefined) return null;
  const { source, file } = card.reference;
  const arrays = await readVerifiedNpz(folder, file);
  const pick = (names: readonly { name: string }[]): TensorMap =>
    Object.fromEntries(names.map(({ name }) => [name, arrays[name] ?? absent(name, join(folder, file.path))]));
  const inputs = pick(card.inputs);
  const outputs = pick(card.outputs);
  for (const input of card.inputs) refuseRaw(input, inputs[input.name], join(folder, file.path));
  // What has no axis is the same for every row.
  const [rows = 0, ...others] = new Set(
    [...Object.values(inputs), ...Object.values(outputs)].flatMap(({ dims: [first] }) =>
      first === undefined ? [] : [first],
    ),
  );
  if (rows === 0 || others.length > 0)
    throw new BadInput({
      what: `has arrays of ${[rows, ...others].join(' and ')} rows`,
      where: join(folder, file.path),
      fix: rebuild,
    });
  return { source, rows, inputs, outputs };
}

/** What the input or its preprocessing takes; else every worker would say so, of a card that is wrong. */
function refuseRaw({ name, dtype, preprocess }: Input, raw: Tensor | undefined, where: string): void {
  if (preprocess === undefined) {
    if (raw?.dtype === dtype) return;
    throw new BadInput({ what: `has ${raw?.dtype} rows of the ${dtype} input ${name}`, where, fix: rebuild });
  }
  if (raw?.dtype === 'uint8' && dtype === 'float32') return;
  const fix = `leave preprocess out where ${name} is preprocessed already, or write raw uint8 rows for a float32 input`;
  throw new BadInput({
    what: `has ${raw?.dtype} rows of the ${dtype} input ${name}, and preprocess makes float32 of uint8`,
    where,
    fix,
  });
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
  const where = join(folder, file.path);
  try {
    return readNpz(await readFile(where));
  } catch (error) {
    throw new BadInput({ what: `cannot be read: ${(error as Error).message}`, where, fix: rebuild });
  }
}

const rebuild = 'write the reference again ("Add a model" in the README of onpar)';

function absent(name: string, where: string): never {
  throw new BadInput({ what: `has no array '${name}'`, where, fix: rebuild });
}
