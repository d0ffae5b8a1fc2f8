/** Where pages are left: always, for nobody knows beforehand that a chart will be wanted. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Path relative to the current folder. */
export function writePage(root: string, name: string, html: string): string {
  const folder = join(root, '.onpar');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, html);
  return relative(process.cwd(), path);
}
