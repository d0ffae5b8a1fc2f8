/**
 * Artifacts that are not committed: made on first use from a file beside the card, kept in the user cache by their sha256, checked there
 * each time. Floats are made here; what needs another program is taken from the cache, where that program leaves it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { BadInput } from '../schema/bad-input.ts';
import { sha256Of, verifyArtifact, verifyFile } from './artifact.ts';
import type { Artifact, Model } from './card.ts';

/** The same folder as in fixtures/build/paths.py. */
const folderIn = ({ XDG_CACHE_HOME }: NodeJS.ProcessEnv): string =>
  join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'onpar', 'models');

/** Where the file of a derived artifact lies, or will. */
export const derivedPath = ({ files }: Pick<Artifact, 'files'>, env = process.env): string =>
  join(folderIn(env), `${files[0]?.sha256 ?? ''}.onnx`);

/** Why an artifact can neither be taken from the cache nor be made here; null where one of both can. */
export function derivedFault(artifact: Artifact): string | null {
  if (artifact.derived?.bring === undefined || existsSync(derivedPath(artifact))) return null;
  return `it is not committed, and not in the cache; ${artifact.derived.bring}`;
}

/** The path to open, after every file was checked against the card: see verifyArtifact. Throws BadInput. */
export async function readyArtifact({ folder }: Pick<Model, 'folder'>, artifact: Artifact): Promise<string> {
  const { files, format, derived } = artifact;
  if (derived === undefined) return verifyArtifact(folder, files, format);
  const path = derivedPath(artifact);
  const expected = files[0]?.sha256;
  if (existsSync(path) && (await sha256Of(path)) === expected) return path;
  const source = join(folder, derived.from.path);
  await verifyFile(folder, derived.from);
  if (derived.bring !== undefined)
    throw new BadInput({
      what: `is not the artifact made of ${source}`,
      where: path,
      fix: `make it again: ${derived.bring}`,
    });
  await make(source, path, artifact);
  const actual = await sha256Of(path);
  if (actual === expected) return path;
  await rm(path);
  throw new BadInput({
    what: `its ${artifact.precision} form is not the file of the card (sha256 ${actual}, the card says ${expected})`,
    where: source,
    fix: `if the change is meant, bring the card's sha256 and bytes of that artifact up to date`,
  });
}

async function make(source: string, path: string, { precision }: Artifact): Promise<void> {
  const { retypeOnnx } = await import('./retype.ts');
  const bytes = await readFile(source);
  await mkdir(dirname(path), { recursive: true });
  // Renamed when it is complete: another process must never see half of it.
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, retypeOnnx(bytes, precision === 'float16' ? 'float16' : 'float32'));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new BadInput({
      what: `its ${precision} form cannot be made: ${(error as Error).message}`,
      where: source,
      fix: 'export the model again, or commit that form',
    });
  }
}
