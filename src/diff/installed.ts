/** What the packages of a backend weigh where they are installed, with all that they depend on. */
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { packagesOf } from '../base/packages.ts';
import type { Diff } from './diff.generated.ts';

/** Of the packages whose closure differs between the roots; null where none does. Bytes. */
export function installedOf(base: string, ours: string, backends: readonly Backend[]): Diff['runtime'] {
  const names = [...new Set(backends.flatMap(({ packages }) => packages))].filter(
    (name) => String([...packagesOf(base, [name])]) !== String([...packagesOf(ours, [name])]),
  );
  if (names.length === 0) return null;
  return { packages: names, base: bytesOf(base, names), new: bytesOf(ours, names) };
}

function bytesOf(root: string, names: readonly string[]): number {
  const seen = new Map<string, number>();
  const visit = (from: string, name: string): void => {
    const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
    const found = places.map((place) => join(place, name)).find((folder) => existsSync(join(folder, 'package.json')));
    const folder = found === undefined ? undefined : realpathSync(found);
    if (folder === undefined || seen.has(folder)) return;
    seen.set(folder, weigh(folder));
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'optionalDependencies', object | undefined>;
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(folder, next);
  };
  for (const name of names) visit(root, name);
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Nested packages are visited as dependencies, or belong to nobody. */
function weigh(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + weigh(path);
    return entry.isFile() ? sum + statSync(path).size : sum;
  }, 0);
}
