/** Which packages a backend would load from a folder, with everything they depend on: their names, versions and where they lie. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Versions by name, the closure of `names` as resolved from `root`. A package that is not there is left out. */
export function packagesOf(root: string, names: readonly string[]): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (from: string, name: string): void => {
    const folder = folderOf(from, name);
    if (folder === null || seen.has(folder)) return;
    seen.add(folder);
    const manifest = readManifest(folder);
    // Two versions of one package may be in use; both count.
    versions.set(name, [versions.get(name), manifest.version ?? 'unknown'].filter(Boolean).join(' and '));
    for (const next of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) visit(folder, next);
  };
  for (const name of names) visit(root, name);
  return versions;
}

/** The folder of a package; null where it does not resolve. Asks node_modules folders, since `exports` may hide package.json. */
function folderOf(from: string, name: string): string | null {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json')));
  return found === undefined ? null : realpathSync(found);
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folder of onpar that a project runs with: itself where it is onpar, else its installed package; null without one. */
export function onparOf(root: string): string | null {
  const own = existsSync(join(root, 'package.json')) ? readManifest(root).name : undefined;
  return own === 'onpar' ? root : folderOf(root, 'onpar');
}

export const versionOf = (folder: string): string => readManifest(folder).version ?? 'unknown';

/** The first of these packages that is not there; null where all are. */
export const missingFrom = (root: string, names: readonly string[]): string | null =>
  names.find((name) => folderOf(root, name) === null) ?? null;
