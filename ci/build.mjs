/**
 * Compiles src to dist when it is stale, and copies the assets that tsc leaves behind. Node 20 cannot strip types, so every
 * command that runs onpar's code goes through here; a second call without changes costs a directory walk.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'src');
const target = join(root, 'dist');
const stamp = join(target, '.built');
const isAsset = (path) => /\.(schema\.json|css|client\.js|py)$/.test(path);

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
// Names as well as times: a file that was deleted or renamed has no time, and must not live on in dist.
const sources = [...files, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json')]
  .map((path) => `${relative(root, path)} ${statSync(path).mtimeMs}`)
  .toSorted()
  .join('\n');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) build();

function build() {
  // A compilation that fails must not leave the stamp of an older one.
  rmSync(stamp, { force: true });
  removeOrphans();
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? error.message}\nonpar does not compile: mend the errors above.\n`);
    process.exit(2);
  }
  for (const path of files.filter(isAsset)) {
    const copy = join(target, relative(source, path));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }
  const command = join(target, 'cli', 'main.js');
  // What npm does on installing; npx runs this file in the repository itself.
  if (existsSync(command)) chmodSync(command, 0o755);
  writeFileSync(stamp, sources);
}

/** A backend or metric is found by its file: one that was deleted from src must not live on in dist. */
function removeOrphans() {
  if (!existsSync(target)) return;
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const output = relative(target, path);
    const origin = isAsset(output) ? output : output.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (entry.isFile() && !entry.name.startsWith('.') && !existsSync(join(source, origin))) rmSync(path);
  }
}
