/** What compiled backend files are: their own text and that of every file of onpar that they import. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Of the scripts in a folder and of what they import, wherever it lies: equal where all of it is. */
export function hashOfScripts(folder: string): string {
  const paths = new Set<string>();
  const add = (path: string): void => {
    if (paths.has(path)) return;
    paths.add(path);
    for (const next of importsOf(path)) add(next);
  };
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (/\.(js|py)$/.test(name)) add(join(folder, name));
  const hash = createHash('sha256');
  for (const path of [...paths].toSorted()) hash.update(relative(folder, path)).update(readFileSync(path));
  return hash.digest('hex');
}

/** As the compiler writes them; `export … from` is one. A name in a comment costs a pairing too many, never one too few. */
const imports = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(imports)]
    .map(([, name = '']) => join(dirname(path), name))
    .filter((file) => existsSync(file));
