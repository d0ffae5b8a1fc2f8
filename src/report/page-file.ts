/** Where pages are left: always, for nobody knows beforehand that a chart will be wanted. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Path relative to the current folder. Null, and said, where it cannot be written: what it shows is told elsewhere as well, and stands. */
export function writePage(root: string, name: string, html: string): string | null {
  const path = join(root, '.onpar', name);
  try {
    mkdirSync(join(root, '.onpar'), { recursive: true });
    writeFileSync(path, html);
    return relative(process.cwd(), path);
  } catch (error) {
    process.stderr.write(`no chart, ${path} cannot be written (${(error as Error).message}): make it writable\n`);
    return null;
  }
}
