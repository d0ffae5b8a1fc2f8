/** Reads a labelled data set. Refuses files that are not byte for byte those of its card, and labels that no class has. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { verifyFile } from '../models/artifact.ts';
import { BadInput } from '../schema/bad-input.ts';
import { readJson, schemaOf } from '../schema/read.ts';
import { tensor } from '../tensor/tensor.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { DatasetCard } from './dataset.generated.ts';
import { readLayout } from './layouts.ts';

export type { DatasetCard };

export interface Dataset {
  readonly card: DatasetCard;
  /** Raw uint8 [count, channels, height, width]. */
  readonly images: Tensor;
  /** One class index an image. */
  readonly labels: Uint8Array;
}

const schema = schemaOf<DatasetCard>(new URL('./dataset.schema.json', import.meta.url));

export async function readDatasetCard(root: string, id: string): Promise<DatasetCard> {
  const where = join(root, 'fixtures', 'datasets', id, 'dataset.json');
  if (!existsSync(where))
    throw new BadInput({
      what: `data set '${id}' does not exist`,
      where,
      fix: 'write its card, or mend `dataset` in the model card',
    });
  const card = readJson(where, schema);
  if (card.id !== id)
    throw new BadInput({ what: `id '${card.id}' is not its folder's name`, where, fix: `call it '${id}'` });
  return card;
}

export type Located =
  { readonly found: true; readonly folder: string } | { readonly found: false; readonly reason: string };

/** Where the files of a card lie: beside it, or under the folder that ONPAR_DATA names. */
export function locateDataset(root: string, card: DatasetCard, dataFolder: string | undefined): Located {
  if (card.location !== 'ONPAR_DATA') return { found: true, folder: join(root, 'fixtures', 'datasets', card.id) };
  const files = card.files.map((file) => file.path).join(', ');
  const { home, archive, md5 } = card.source;
  const original = archive === undefined ? home : `${archive} (md5 ${md5 ?? 'unknown'}) from ${home}`;
  const how = `put ${files} under a folder and set ONPAR_DATA to it; made from ${original}${card.source.note === undefined ? '' : `; ${card.source.note}`}`;
  if (dataFolder === undefined || dataFolder === '')
    return {
      found: false,
      reason: `data set ${card.id} is not in the repository and ONPAR_DATA is not set: ${how}`,
    };
  const missing = card.files.find((file) => !existsSync(resolve(dataFolder, file.path)));
  if (missing !== undefined)
    return { found: false, reason: `data set ${card.id}: ${missing.path} is not under ONPAR_DATA: ${how}` };
  return { found: true, folder: resolve(dataFolder) };
}

export async function readDataset(card: DatasetCard, folder: string): Promise<Dataset> {
  for (const file of card.files) await verifyFile(folder, file);
  const contents = Object.fromEntries(
    await Promise.all(card.files.map(async ({ role, path }) => [role, await readFile(join(folder, path))] as const)),
  );
  const { images, labels } = readLayout(card, contents);
  const wrong = labels.findIndex((label) => label >= card.classes.length);
  if (wrong >= 0) {
    throw new BadInput({
      what: `image ${wrong} has label ${labels[wrong]}, but there are ${card.classes.length} classes`,
      where: `data set ${basename(card.id)}`,
      fix: 'check `classes` and the labels file',
    });
  }
  return { card, images: tensor('uint8', [card.count, ...card.dims], images), labels };
}
