/** Writes the TypeScript types of every JSON Schema beside it. With --check: writes nothing, exits 1 where one is stale. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFromFile } from 'json-schema-to-typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const style = { singleQuote: true, printWidth: 110 };

/** Path of the generated file -> its text. */
export async function generateTypes() {
  const schemas = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.schema.json'));
  if (schemas.length === 0) throw new Error('no schema below src');
  const texts = await Promise.all(schemas.map((path) => compileFromFile(join(root, 'src', path), { style })));
  return new Map(
    schemas.map((path, index) => [join(root, 'src', path.replace('.schema.json', '.generated.ts')), texts[index]]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await generateTypes()) {
    const stale = readFileSync(path, 'utf8') !== text;
    if (stale && process.argv.includes('--check')) {
      console.error(`${relative(root, path)} is stale: npm run types`);
      process.exitCode = 1;
    } else if (stale) writeFileSync(path, text);
  }
}
