/** Schema errors in a person's words, each with its line. Ajv is loaded on first use and every schema is compiled once; all problems are found, the first few are told. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv';
import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { BadInput } from './bad-input.ts';
import { placeOf, type Source } from './strict.ts';
import { explain, relevant } from './explain.ts';

/** Returns if the value is what the schema describes. Throws BadInput at the first place that is not. */
export const validate = (value: unknown, tree: Node, source: Source, schema: URL): void => {
  const check = compiled(schema);
  if (check(value)) return;
  const problems = relevant(check.errors ?? []).map((error) => ({
    ...explain(error),
    at: placeAt(error, tree, source),
  }));
  const [first] = problems;
  if (!first) throw new Error(`${schema.href} refused ${source.where} without saying why`);
  const others = problems.slice(1, told).map(({ what, at }) => `\n  also ${at}: ${what}`);
  const rest = problems.length > told ? `\n  and ${problems.length - told} more` : '';
  throw new BadInput({ what: first.what + others.join('') + rest, where: first.at, fix: first.fix });
};

const told = 5;
const cache = new Map<string, ValidateFunction>();
let ajv: Ajv | undefined;

const compiled = (schema: URL): ValidateFunction => {
  const known = cache.get(schema.href);
  if (known) return known;
  const check = engine().compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  cache.set(schema.href, check);
  return check;
};

/** Required, not imported: Ajv costs tenths of a second, which a command that reads no JSON must not pay. */
const engine = (): Ajv => {
  if (ajv) return ajv;
  const loaded = createRequire(import.meta.url)('ajv') as { readonly Ajv: new (options: Options) => Ajv };
  ajv = new loaded.Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTuples: false });
  return ajv;
};

const placeAt = (error: ErrorObject, tree: Node, source: Source): string => {
  const path = error.instancePath.split('/').slice(1).map(unescape);
  const extra = (error.params as { readonly additionalProperty?: string }).additionalProperty ?? error.propertyName;
  const node = nodeAt(tree, extra === undefined ? path : [...path, extra]);
  // A property's key stands before its value; a key that is wrong is shown where it is written.
  const offset = extra === undefined ? node?.offset : node?.parent?.offset;
  return placeOf(source, offset ?? tree.offset);
};

/** JSON pointers escape ~ and / (RFC 6901, section 3). */
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

const nodeAt = (tree: Node, path: readonly string[]): Node | undefined => {
  let node: Node | undefined = tree;
  for (const part of path) node = node && findNodeAtLocation(node, [node.type === 'array' ? Number(part) : part]);
  return node;
};
