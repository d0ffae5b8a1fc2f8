/** This host as backends look at it for what they need: its files, and where the packages of a project lie. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { thisSystem } from '../../workers/system.ts';
import type { Backend } from '../backend.ts';
import { lackOf } from './needs.ts';
import type { Host } from './needs.ts';

/** Packages come from the project at `root` first, from onpar's own tree second. */
export function hostAt(root: string): Host {
  const resolvers = [createRequire(join(root, 'package.json')), createRequire(import.meta.url)];
  return {
    ...thisSystem,
    folderOf: (name) => resolvers.map((resolver) => folderOf(resolver, name)).find((found) => found !== null) ?? null,
  };
}

/** Backends of which nothing can be asked on this machine, whatever is installed: their hardware is not here. By id, with the reason. */
export const idleBackends = (backends: readonly Backend[], host: Host): ReadonlyMap<string, string> =>
  new Map(
    backends.flatMap(({ id, needs }) => {
      const lack = needs?.(host).find(({ kind, lacks }) => kind === 'hardware' && lacks !== null);
      return lack === undefined ? [] : [[id, lackOf(lack)]];
    }),
  );

/** Of the entry file, for not every package exports its package.json. */
function folderOf(resolver: NodeJS.Require, name: string): string | null {
  try {
    const entry = resolver.resolve(name);
    const inside = join('node_modules', ...name.split('/'));
    const at = entry.lastIndexOf(`${sep}${inside}${sep}`);
    return at < 0 ? dirname(entry) : entry.slice(0, at + inside.length + 1);
  } catch {
    return null;
  }
}
