/** What the packages of a backend weigh where they are installed, with all that they depend on, as npm unpacks them. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import { closureOf, packagesOf } from '../base/packages.ts';
import type { Diff } from './diff.generated.ts';

/** Of the packages whose closure differs between the roots; null where none does. Bytes. */
export function installedOf(base: string, ours: string, backends: readonly Backend[]): Diff['runtime'] {
  const names = [...new Set(backends.flatMap(({ packages }) => packages))].filter(
    (name) => String([...packagesOf(base, [name])]) !== String([...packagesOf(ours, [name])]),
  );
  if (names.length === 0) return null;
  return { packages: names, base: bytesOf(base, names), new: bytesOf(ours, names) };
}

const bytesOf = (root: string, names: readonly string[]): number =>
  [...closureOf(root, names).keys()].reduce((sum, folder) => sum + weigh(folder), 0);

/** Hundreds of MiB for GPUs, which onnxruntime-node's install script fetches: it is not run for a version to compare with. */
const fetched = /^(lib)?onnxruntime_providers_(cuda|tensorrt)\./;

/** Nested packages are visited as dependencies, or belong to nobody. */
function weigh(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + weigh(path);
    return entry.isFile() && !fetched.test(entry.name) ? sum + statSync(path).size : sum;
  }, 0);
}
