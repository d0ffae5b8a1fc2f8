/** Which packages a backend would load from a folder, with everything they depend on: their names, versions and where they lie. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By folder. */
type Closure = ReadonlyMap<string, { readonly name: string; readonly version: string }>;

/** Versions by name, the closure of `names` as resolved from `root`. A package that is not there is left out. */
export const packagesOf = (root: string, names: readonly string[]): ReadonlyMap<string, string> =>
  versionsOf(closureOf(root, names));

/** By name. */
export const versionsOf = (closure: Closure): ReadonlyMap<string, string> =>
  byName([...closure.values()].map(({ name, version }) => [name, version]));

/** What npm fetched, by name, where it says so: a tarball or a commit of git may be another one under the same version. */
export function contentsOf(closure: Closure): ReadonlyMap<string, string> {
  const fetched = new Map<string, Locked>();
  return byName(
    [...closure].flatMap(([folder, { name }]) => {
      const [, top = '', place = ''] = /^(.*?)[\\/](node_modules[\\/].*)$/.exec(folder) ?? [];
      if (!fetched.has(top)) fetched.set(top, lockedIn(installedBy(top)));
      const { integrity, resolved } = fetched.get(top)?.[place.replaceAll(sep, '/')] ?? {};
      const content = integrity ?? resolved;
      return content === undefined ? [] : [[name, content] as const];
    }),
  );
}

/** Two versions of one package may be in use; both count. */
function byName(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const [name, value] of pairs) named.set(name, [named.get(name), value].filter(Boolean).join(' and '));
  return named;
}

type Locked = Readonly<
  Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string }>
>;

/** What npm says that it installed into a folder; there is no such file where another tool did. */
export const installedBy = (folder: string): string => join(folder, 'node_modules', '.package-lock.json');

/** By place, of a lockfile of npm; nothing where there is none. */
export const lockedIn = (lockfile: string): Locked =>
  existsSync(lockfile) ? ((JSON.parse(readFileSync(lockfile, 'utf8')) as { packages?: Locked }).packages ?? {}) : {};

/** By folder, the packages that `names` and all that they depend on resolve to from `root`, or, as in a worker, from onpar's own tree where it has none. */
export function closureOf(root: string, names: readonly string[]): Closure {
  const found = new Map<string, { readonly name: string; readonly version: string }>();
  const add = (from: string, name: string): void => {
    const folder = folderOf(from, name);
    if (folder === null || found.has(folder)) return;
    const { version = 'unknown', dependencies, optionalDependencies } = readManifest(folder);
    found.set(folder, { name, version });
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) add(folder, next);
  };
  for (const name of names) add(isInstalledAt(root, name) ? root : import.meta.dirname, name);
  return found;
}

/** The folder of a package; null where it does not resolve. Asks node_modules folders, since `exports` may hide package.json. */
function folderOf(from: string, name: string): string | null {
  const [found] = placesOf(from, name);
  return found === undefined ? null : realpathSync(found);
}

/** Wherever it lies, nearest first, as the folders are named. */
const placesOf = (from: string, name: string): readonly string[] =>
  (createRequire(join(from, 'package.json')).resolve.paths(name) ?? [])
    .map((place) => join(place, name))
    .filter((folder) => existsSync(join(folder, 'package.json')));

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folder of onpar that a project runs with: itself where it is onpar, else its installed package; null without one. */
export function onparOf(root: string): string | null {
  const own = existsSync(join(root, 'package.json')) ? readManifest(root).name : undefined;
  return own === 'onpar' ? root : folderOf(root, 'onpar');
}

export const versionOf = (folder: string): string => readManifest(folder).version ?? 'unknown';

/** `within`: not above this folder. */
export const isInstalledAt = (root: string, name: string, within: string | null = null): boolean =>
  placesOf(root, name).some((place) => within === null || place.startsWith(`${within}${sep}`));
