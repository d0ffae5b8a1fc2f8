/** Which opset the ONNX artifacts of a project were exported with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listModels, readModel } from '../models/card.ts';
import { scanOnnx } from '../models/onnx-scan.ts';

/** By model/artifact; without what cannot be read, of which other commands tell. */
export async function modelOpsets(root: string): Promise<ReadonlyMap<string, number>> {
  const read = (await listModels(root)).map((folder) => readModel(folder).catch(() => null));
  const models = (await Promise.all(read)).filter((model) => model !== null);
  const found = models.flatMap(({ card, folder }) =>
    Object.entries(card.artifacts)
      .filter(([, { format }]) => format === 'onnx')
      .map(async ([id, { files }]) => [`${card.id}/${id}`, await opsetOf(join(folder, files[0]?.path ?? ''))] as const),
  );
  return new Map(await Promise.all(found));
}

/** 0 where it is no ONNX file. */
async function opsetOf(path: string): Promise<number> {
  try {
    return scanOnnx(await readFile(path)).opset;
  } catch {
    return 0;
  }
}
