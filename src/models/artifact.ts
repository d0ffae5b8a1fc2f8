/**
 * Decides whether an artifact's files may be opened by a runtime, before any runtime sees them: they exist, are what the card
 * says byte for byte, are no stand-ins (LFS pointer, HTML page), and their external data stays inside their folder.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Format } from '../backends/backend.ts';
import { BadInput } from '../schema/bad-input.ts';

export interface DescribedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** How it is made, where it is not committed. */
  readonly recipe?: unknown;
}

/** Checks every file of a card's artifact and returns the path to open. Throws BadInput. */
export async function verifyArtifact(folder: string, files: readonly DescribedFile[], format: Format): Promise<string> {
  for (const file of files) await verifyFile(folder, file);
  const [first] = files;
  if (first === undefined)
    throw new BadInput({
      what: 'an artifact without files',
      where: folder,
      fix: 'list its files in the card',
    });
  const path = join(folder, first.path);
  const listed = files.map((file) => resolve(folder, file.path));
  const weights = await weightsOf(path, format);
  const unlisted = weights.find((file) => !listed.includes(file));
  if (unlisted !== undefined)
    throw new BadInput({
      what: `its weights ${relative(folder, unlisted)} are not listed in the card, so their content is not checked`,
      where: path,
      fix: "add the file to the artifact's `files`, with sha256 and bytes",
    });
  // A graph is looked at before it is filled: the whole file would be in memory at once.
  const committed = listed.filter((_, index) => files[index]?.recipe === undefined);
  for (const file of format === 'onnx' ? [path] : weights.filter((each) => each.endsWith('.onnx')))
    if (committed.includes(file)) await verifyExternalData(file, listed);
  return path;
}

/** The files that the first one names. Throws BadInput where they lead out of its folder. */
async function weightsOf(path: string, format: Format): Promise<readonly string[]> {
  if (format === 'onnx') return [];
  return format === 'tfjs' ? weightFiles(path) : [await torchWeights(path)];
}

/** Throws BadInput unless the file lies inside the folder and has the size and sha256 that its card says. */
export async function verifyFile(folder: string, { path, sha256, bytes }: DescribedFile): Promise<void> {
  const where = pathIn(folder, path);
  await refuseStandIn(where);
  const { size } = await stat(where);
  const actual = await sha256Of(where);
  if (actual === sha256 && size === bytes) return;
  const why = size === bytes ? 'its content changed' : `it has ${size} bytes instead of ${bytes}`;
  throw new BadInput({
    what: `is not the file of the card: ${why} (sha256 ${short(actual)}, the card says ${short(sha256)})`,
    where,
    fix: `restore it (git checkout -- ${basename(where)}), or if the change is meant, bring the card's sha256 and bytes up to date: ${actual}, ${size}`,
  });
}

/** Throws BadInput where the path leads out of the folder. */
export function pathIn(folder: string, path: string): string {
  const where = join(folder, path);
  if (isInside(folder, where)) return where;
  throw new BadInput({ what: 'leads out of its folder', where, fix: 'use a path below the card' });
}
/** Byte for byte, as their cards say. */
export const sameFiles = (a: { files: readonly DescribedFile[] }, b: { files: readonly DescribedFile[] }): boolean =>
  JSON.stringify(a.files.map(({ sha256 }) => sha256)) === JSON.stringify(b.files.map(({ sha256 }) => sha256));

export interface ModelFile {
  /** To open. */
  readonly path: string;
  readonly format: Format;
  /** All that belongs to it, itself first. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/** A file that has no card: an .onnx file or a TF.js folder. Throws BadInput. */
export async function inspectModelFile(given: string): Promise<ModelFile> {
  const target = resolve(given);
  const found = await stat(target).catch(() => missing(given));
  if (found.isDirectory()) return inspectTfjsFolder(target);
  if (target.endsWith('.json')) return inspectTfjsFolder(dirname(target));
  await refuseStandIn(target, [...standIns, archive]);
  if (!target.endsWith('.onnx')) {
    throw new BadInput({
      what: 'is neither an .onnx file nor a TF.js folder with model.json',
      where: given,
      fix: 'export the model to ONNX or TF.js; pickled files (.pt, .pth) are never opened',
    });
  }
  const external = await verifyExternalData(target, null);
  return modelFile('onnx', [target, ...external]);
}

async function modelFile(format: Format, files: readonly [string, ...string[]]): Promise<ModelFile> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => missing(file))).size));
  return { path: files[0], format, files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** sha256 of a file as hex, streamed. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const short = (hash: string): string => `${hash.slice(0, 8)}…`;

function missing(where: string): never {
  throw new BadInput({
    what: 'does not exist',
    where,
    fix: `check the path, or bring it back: git checkout -- ${where}`,
  });
}

async function inspectTfjsFolder(folder: string): Promise<ModelFile> {
  const path = join(folder, 'model.json');
  await refuseStandIn(path);
  return modelFile('tfjs', [path, ...(await weightFiles(path))]);
}

/** The weights that a TF.js model.json names. Throws BadInput where it is none, and where they lead out of its folder. */
async function weightFiles(path: string): Promise<readonly string[]> {
  const paths = weightPaths(await readFile(path, 'utf8'));
  if (paths === null)
    throw new BadInput({
      what: 'is no TF.js model: it has no weightsManifest with paths',
      where: path,
      fix: 'give the folder that tensorflowjs_converter wrote',
    });
  const files = paths.map((name) => resolve(dirname(path), name));
  const outside = files.find((file) => !isInside(dirname(path), file));
  if (outside !== undefined)
    throw new BadInput({
      what: `weights lead out of its folder: ${outside}`,
      where: path,
      fix: 'keep the weights beside model.json',
    });
  return files;
}

/** What an architecture file says of its weights, read without running it: they are data, and nothing is ever unpickled. */
async function torchWeights(path: string): Promise<string> {
  const name = /^WEIGHTS = "([^"]+)"$/m.exec(await readFile(path, 'utf8'))?.[1];
  if (name !== undefined && /\.(onnx|safetensors)$/.test(name)) return resolve(dirname(path), name);
  throw new BadInput({
    what: name === undefined ? 'does not name its weights' : `its weights ${name} are no file that is opened`,
    where: path,
    fix: 'name a .safetensors or .onnx file beside it, in a line of its own: WEIGHTS = "model.safetensors"; pickled files are never opened',
  });
}

function weightPaths(text: string): readonly string[] | null {
  try {
    const { weightsManifest } = JSON.parse(text) as { weightsManifest: { paths: string[] }[] };
    const paths = weightsManifest.flatMap((group) => group.paths);
    return paths.every((name) => typeof name === 'string') ? paths : null;
  } catch {
    return null;
  }
}

const standIns: readonly { readonly starts: RegExp; readonly what: string; readonly fix: string }[] = [
  { starts: /^version https:\/\/git-lfs/, what: 'is a Git LFS pointer, not the model', fix: 'git lfs pull' },
  {
    starts: /^\s*<(!doctype|html|head|\?xml)/i,
    what: 'is an HTML page, not a model: the download was answered by a web page',
    fix: 'download it again and look at the URL',
  },
];

/** Archives are fine for a reference (.npz), never for a model: a PyTorch archive would be unpickled. */
const archive = {
  starts: /^PK[^\w\s]{2}/,
  what: 'is a zip or PyTorch archive, not a model file',
  fix: 'export the model to ONNX or TF.js; pickled files are never opened',
};

async function refuseStandIn(path: string, refused: typeof standIns = standIns): Promise<void> {
  const found = await stat(path).catch(() => missing(path));
  if (!found.isFile())
    throw new BadInput({ what: 'is not a regular file', where: path, fix: 'give the model file itself' });
  if (found.size === 0)
    throw new BadInput({ what: 'is empty', where: path, fix: `bring it back: git checkout -- ${path}` });
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0).finally(() => file.close());
  const start = buffer.toString('latin1', 0, bytesRead);
  const standIn = refused.find(({ starts }) => starts.test(start));
  if (standIn) throw new BadInput({ what: standIn.what, where: path, fix: standIn.fix });
}

/**
 * Refuses external data that is missing, leaves the model's folder (also through a symbolic link), is no regular file or has
 * other hard links (onnxruntime 1.30 follows those), or is not named by the card. Returns the external files.
 */
async function verifyExternalData(path: string, listed: readonly string[] | null): Promise<string[]> {
  const { scanOnnx } = await import('./onnx-scan.ts');
  let locations: readonly string[];
  try {
    ({ externalData: locations } = scanOnnx(await readFile(path)));
  } catch (error) {
    throw new BadInput({
      what: `is not an ONNX model: ${(error as Error).message}`,
      where: path,
      fix: 'export it again; the file is damaged or truncated',
    });
  }
  const folder = dirname(path);
  return Promise.all(locations.map((location) => verifyExternalFile(path, folder, location, listed)));
}

async function verifyExternalFile(
  model: string,
  folder: string,
  location: string,
  listed: readonly string[] | null,
): Promise<string> {
  const refuse = (what: string): never => {
    throw new BadInput({
      what: `external data '${location}' ${what}`,
      where: model,
      fix: 'save the model again with its external data beside it',
    });
  };
  const file = resolve(folder, location);
  if (isAbsolute(location) || !isInside(folder, file)) refuse('leads out of its folder');
  const entry = await lstat(file).catch(() => null);
  if (entry === null) refuse('does not exist');
  else if (!entry.isFile() || entry.nlink > 1) refuse('is not a regular file of its own (link or device)');
  if (!isInside(await realpath(folder), await realpath(file))) refuse('leads out of its folder through a link');
  if (listed !== null && !listed.includes(file)) refuse('is not listed in the card, so its content is not checked');
  return file;
}

const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};
