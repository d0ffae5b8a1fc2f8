/**
 * Files that a recipe makes lie in the user's cache, in a folder named by what they must be. One that is missing is made, under
 * another name until it is complete; whoever reads it checks it, so a damaged one is noticed. All of it may be removed at any time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../cache.ts';
import { BadInput } from '../../schema/bad-input.ts';
import { pathIn, sha256Of, verifyArtifact, verifyFile } from '../artifact.ts';
import type { Artifact, Model } from '../card.ts';
import { CannotMake } from './cannot-make.ts';
import { convertModel } from './convert.ts';
import { fillGraph } from './fill.ts';
import { retypeFile } from './retype.ts';

type File = Artifact['files'][number];

interface Asked {
  readonly model: Model;
  readonly artifact: Artifact;
  readonly env: NodeJS.ProcessEnv;
}

/** The path of an artifact to open, every file checked against its card, and made where a recipe says how. Throws BadInput. */
export async function openable(model: Model, artifact: Artifact, env = process.env): Promise<string> {
  const { files, format } = artifact;
  const asked = { model, artifact, env };
  if (!files.some(({ recipe }) => recipe !== undefined)) return verifyArtifact(model.folder, files, format);
  try {
    return await verifyArtifact(await assemble(asked, isThere), files, format);
  } catch (error) {
    if (!(error instanceof BadInput) || error instanceof CannotMake) throw error;
    // Damaged in the cache, as its hash says: what is not right is made anew.
    return verifyArtifact(await assemble(asked, isRight), files, format);
  }
}

/** Whether a file needs no making. */
type Check = (folder: string, file: File) => Promise<boolean>;

const isThere: Check = async (folder, { path }) => (await stat(join(folder, path)).catch(() => null)) !== null;
const isRight: Check = (folder, file) =>
  verifyFile(folder, file).then(
    () => true,
    () => false,
  );

/** Named by content, so that two versions of a card do not disturb each other. */
function folderOf({ model: { card }, env }: Asked, files: readonly File[]): string {
  const hash = createHash('sha256').update(files.map(({ sha256 }) => sha256).join());
  return join(cacheFolder(env, 'recipes'), card.id, hash.digest('hex').slice(0, 16));
}

/** A folder that has all files of the artifact. What is made is shared by artifacts that list it. */
async function assemble(asked: Asked, check: Check): Promise<string> {
  const { model, artifact } = asked;
  const folder = folderOf(asked, artifact.files);
  for (const file of artifact.files) {
    if (file.recipe === undefined) {
      await verifyFile(model.folder, file);
      await once(folder, file, check, (part) => copyFile(join(model.folder, file.path), part));
    } else {
      const shared = folderOf(asked, [file]);
      await once(shared, file, check, (part) => make(asked, file, part));
      const made = join(shared, file.path);
      if (shared !== folder)
        await once(folder, file, check, (part) => link(made, part).catch(() => copyFile(made, part)));
    }
  }
  return folder;
}

type Write = (part: string) => Promise<void>;

const running = new Map<string, Promise<void>>();

/** Several artifacts may ask for a file at once; of two processes the slower one's replaces an equal file. */
function once(folder: string, file: File, check: Check, write: Write): Promise<void> {
  const target = pathIn(folder, file.path);
  const place = async (): Promise<void> => {
    if (!(await check(folder, file))) await placeAt(target, write);
  };
  // Whoever looks at the content must not be content with what is merely there.
  const name = `${check.name} ${target}`;
  const known = running.get(name) ?? place().finally(() => running.delete(name));
  running.set(name, known);
  return known;
}

async function placeAt(target: string, write: Write): Promise<void> {
  const part = `${target}.${process.pid}-${randomBytes(3).toString('hex')}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await removeAbandoned(dirname(target));
    await write(part);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error instanceof BadInput ? error : (unwritable(dirname(target), error) ?? error);
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
async function make(asked: Asked, file: File, part: string): Promise<void> {
  await needRoom(dirname(part), file.bytes);
  await follow(asked, file, part);
  const actual = await sha256Of(part);
  if (actual === file.sha256) return;
  const what = `its recipe makes another file than the card says: sha256 ${actual}, ${(await stat(part)).size} bytes`;
  const where = join(asked.model.folder, file.path);
  if (file.recipe !== undefined && !('convert' in file.recipe))
    throw new BadInput({
      what,
      where,
      fix: "bring back what it is made of, or the card's sha256 and bytes up to date",
    });
  const { made = 'the card does not say' } = asked.artifact;
  throw new CannotMake({ what, where, fix: `take the versions that made it: ${made}` });
}

async function follow({ model, artifact, env }: Asked, { path, recipe }: File, part: string): Promise<void> {
  if (recipe === undefined) return;
  if ('graph' in recipe) {
    await verifyFile(model.folder, recipe.graph);
    return fillGraph(join(model.folder, recipe.graph.path), recipe.seed, part);
  }
  if ('retype' in recipe) {
    await verifyFile(model.folder, recipe.retype);
    const source = join(model.folder, recipe.retype.path);
    return retypeFile(source, part, artifact.precision === 'float16' ? 'float16' : 'float32');
  }
  const parent = (model.whole ?? model.card).artifacts[artifact.parent ?? ''];
  if (parent === undefined) throw new Error(`the card lets ${path} be converted from nothing`);
  if (recipe.ranges !== undefined) await verifyFile(model.folder, recipe.ranges);
  const ranges = recipe.ranges === undefined ? null : join(model.folder, recipe.ranges.path);
  const where = join(model.folder, path);
  const source = await openable(model, parent, env);
  await convertModel(recipe.convert, { source, target: part, ranges, where, env });
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
  return ['ENOSPC', 'EDQUOT', 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code ?? '')
    ? noRoom(folder, `cannot be written: ${message}`)
    : null;
}
