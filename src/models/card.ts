/** Reads a model's card: fixtures/models/<id>/model.json. Refuses what its schema cannot express: names that do not belong together. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { readJson, schemaOf } from '../schema/read.ts';
import type { Artifact, Input, ModelCard, Output } from './model.generated.ts';

export type { Artifact, Input, ModelCard, Output };

export interface Model {
  readonly card: ModelCard;
  readonly folder: string;
}

const schema = schemaOf<ModelCard>(new URL('./model.schema.json', import.meta.url));

/** Folders below fixtures/models that hold a card, by name. */
export async function listModels(root: string): Promise<string[]> {
  const folder = join(root, 'fixtures', 'models');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'model.json'))).map((entry) => join(folder, entry.name)).toSorted();
}

export async function readModel(folder: string): Promise<Model> {
  const where = join(folder, 'model.json');
  const card = readJson(where, schema);
  const refuse = (what: string, fix: string): never => {
    throw new BadInput({ what, where, fix });
  };
  if (card.id !== basename(folder)) refuse(`id '${card.id}' is not its folder's name`, `rename one of them to '${basename(folder)}'`);
  for (const [id, { parent }] of Object.entries(card.artifacts)) {
    if (parent !== undefined && !(parent in card.artifacts)) refuse(`artifact ${id} names a parent '${parent}' that the card does not have`, `known: ${Object.keys(card.artifacts).join(', ')}`);
  }
  for (const key of card.latency?.gated ?? []) {
    const artifact = key.slice(0, key.indexOf('/'));
    if (!(artifact in card.artifacts)) refuse(`latency.gated names an unknown artifact '${artifact}'`, `known: ${Object.keys(card.artifacts).join(', ')}`);
  }
  if (card.dataset !== undefined && !card.outputs.some(isClassification)) refuse('a data set needs a classification output', 'add an output with task classification and its classes');
  return { card, folder };
}

export const isClassification = (output: Output): boolean => output.task === 'classification';

/** The output that decides: the first classification output; undefined for models without one. */
export const decisionOutput = (card: ModelCard): Output | undefined => card.outputs.find(isClassification);

/** Batch sizes that are compared and measured, ascending. */
export const batchesOf = (card: ModelCard): readonly number[] => {
  const fixed = card.inputs.map((input) => input.dims[0]).find((axis) => typeof axis === 'number');
  return typeof fixed === 'number' ? [fixed] : (card.batches ?? [1]).toSorted((a, b) => a - b);
};

export const bytesOf = (artifact: Artifact): number => artifact.files.reduce((sum, file) => sum + file.bytes, 0);
