/**
 * Files that a recipe makes lie in the user's cache, in a folder named by what they must be. One that is missing is made, under
 * another name until it is complete; whoever reads it checks it, so a damaged one is noticed. All of it may be removed at any time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../../cache.ts';
import { BadInput } from '../../schema/bad-input.ts';
import { sha256Of, verifyArtifact, verifyFile } from '../artifact.ts';
import type { Artifact, Model } from '../card.ts';
import { CannotMake } from './cannot-make.ts';
import { convertModel } from './convert.ts';
import { fillGraph } from './fill.ts';
import { retypeFile } from './retype.ts';

type File = Artifact['files'][number];

/** The path of an artifact to open, every file checked against its card, and made where a recipe says how. Throws BadInput. */
export async function openable(model: Model, artifact: Artifact): Promise<string> {
  const { files, format } = artifact;
  if (!files.some(({ recipe }) => recipe !== undefined)) return verifyArtifact(model.folder, files, format);
  try {
    return await verifyArtifact(await assemble(model, artifact), files, format);
  } catch (error) {
    if (!(error instanceof BadInput) || error instanceof CannotMake) throw error;
    // Damaged in the cache, or its folder was removed by half: once more from the start.
    for (const some of [files, ...files.map((file) => [file])])
      await rm(folderOf(model, some), { recursive: true, force: true });
    return verifyArtifact(await assemble(model, artifact), files, format);
  }
}

/** Named by content, so that two versions of a card do not disturb each other. */
function folderOf({ card }: Model, files: readonly File[]): string {
  const hash = createHash('sha256').update(files.map(({ sha256 }) => sha256).join());
  return join(cacheFolder(process.env, 'recipes'), card.id, hash.digest('hex').slice(0, 16));
}

/** A folder that has all files of the artifact. What is made is shared by artifacts that list it. */
async function assemble(model: Model, artifact: Artifact): Promise<string> {
  const { files } = artifact;
  const folder = folderOf(model, files);
  for (const file of files) {
    const target = join(folder, file.path);
    if (file.recipe === undefined) {
      await verifyFile(model.folder, file);
      await once(target, (part) => copyFile(join(model.folder, file.path), part));
    } else {
      const made = join(folderOf(model, [file]), file.path);
      await once(made, (part) => make(model, artifact, file, part));
      if (made !== target) await once(target, (part) => link(made, part).catch(() => copyFile(made, part)));
    }
  }
  return folder;
}

const running = new Map<string, Promise<void>>();

/** Several artifacts may ask for a file at once; of two processes the slower one's replaces an equal file. */
function once(target: string, write: (part: string) => Promise<void>): Promise<void> {
  const known = running.get(target) ?? place(target, write).finally(() => running.delete(target));
  running.set(target, known);
  return known;
}

async function place(target: string, write: (part: string) => Promise<void>): Promise<void> {
  if ((await stat(target).catch(() => null)) !== null) return;
  const part = `${target}.${process.pid}-${randomBytes(3).toString('hex')}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await removeAbandoned(dirname(target));
    await write(part);
    await rename(part, target);
  } catch (error) {
    throw error instanceof BadInput ? error : (unwritable(dirname(target), error) ?? error);
  } finally {
    await rm(part, { force: true });
  }
}

/** Whoever wrote at it an hour ago was killed. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.part'))) {
    const path = join(folder, name);
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Infinity);
    if (age > 3600e3) await rm(path, { force: true });
  }
}

/** Writes the file that the card describes. */
async function make(model: Model, artifact: Artifact, file: File, part: string): Promise<void> {
  const { recipe, bytes, sha256 } = file;
  await needRoom(dirname(part), bytes);
  if (recipe === undefined) return;
  if ('graph' in recipe) {
    await verifyFile(model.folder, recipe.graph);
    await fillGraph(join(model.folder, recipe.graph.path), recipe.seed, part);
  } else if ('retype' in recipe) {
    await verifyFile(model.folder, recipe.retype);
    await retypeFile(
      join(model.folder, recipe.retype.path),
      part,
      artifact.precision === 'float16' ? 'float16' : 'float32',
    );
  } else {
    const parent = model.card.artifacts[artifact.parent ?? ''];
    if (parent === undefined) throw new Error(`the card lets ${file.path} be converted from nothing`);
    if (recipe.ranges !== undefined) await verifyFile(model.folder, recipe.ranges);
    const ranges = recipe.ranges === undefined ? null : join(model.folder, recipe.ranges.path);
    await convertModel(recipe.convert, { source: await openable(model, parent), target: part, ranges });
  }
  const actual = await sha256Of(part);
  if (actual === sha256) return;
  const cause =
    'graph' in recipe ? '' : `, or onnx and onnxruntime are not those that made it (${artifact.made ?? 'unknown'})`;
  throw new CannotMake({
    what: `its recipe makes another file than the card says: sha256 ${actual}, ${(await stat(part)).size} bytes`,
    where: join(model.folder, basename(file.path)),
    fix: `the recipe or the card was changed${cause}: bring one of them back, or the card up to date`,
  });
}

async function needRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes) return;
  const [has, needs] = [bavail * bsize, bytes].map((size) => `${(size / 2 ** 20).toFixed(0)} MiB`);
  throw noRoom(folder, `has ${has} free, and the model needs ${needs}`);
}

const noRoom = (where: string, what: string): CannotMake =>
  new CannotMake({ what, where, fix: 'free some space, or set XDG_CACHE_HOME to a folder on a larger disk' });

function unwritable(folder: string, error: unknown): CannotMake | null {
  const { code, message } = error as NodeJS.ErrnoException;
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code ?? '')
    ? noRoom(folder, `cannot be written: ${message}`)
    : null;
}
