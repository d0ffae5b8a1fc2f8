/**
 * JSON at the door: text becomes a typed value or a BadInput with file:line:column, never a guess.
 * Refuses torn and empty files, byte order marks, merge markers, duplicate keys, __proto__, non-finite numbers,
 * comments, trailing commas, unknown schema versions and whatever the schema does not allow.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BadInput } from './bad-input.ts';
import { parseStrict, type Source } from './strict.ts';
import { validate } from './validate.ts';

declare const describes: unique symbol;
/** Where a JSON Schema lies, and (for the compiler only) the type it describes. */
export interface Schema<T> {
  readonly url: URL;
  readonly [describes]: T;
}

/** `schemaOf<Baseline>(new URL('./baseline.schema.json', import.meta.url))`: costs nothing until something is read. */
export const schemaOf = <T>(url: URL): Schema<T> => ({ url }) as Schema<T>;

/** Reads and validates a file. Throws BadInput for every way in which it can be wrong, a missing file included. */
export const readJson = <T>(path: string, schema: Schema<T>): T => parseJson(readText(path), path, schema);

/** The same for text in hand; `where` names it in errors (a path, or such as `stdin`), `line` is where in it the text begins. */
export const parseJson = <T>(text: string, where: string, schema: Schema<T>, line = 1): T => {
  const source: Source = { text, where, line };
  const { value, tree } = parseStrict(source);
  validate(value, tree, source, schema.url);
  return value as T;
};

/** The text of a file as strict UTF-8. Throws BadInput. */
export const readText = (path: string): string => decoded(bytesOf(path), path);

/** Its lines, those of a .gz file unpacked, each decoded by itself, so that damage has a line; what follows the last line end is a line only if it is something. Throws BadInput. */
export const readLines = (path: string): readonly string[] => {
  const bytes = path.endsWith('.gz') ? unpacked(path) : bytesOf(path);
  const lines: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end;
    lines.push(decoded(bytes.subarray(start, stop), `${path}:${lines.length + 1}`));
    start = stop + 1;
  }
  return lines;
};

/** zlib checks length and sum: a torn file is none. */
const unpacked = (path: string): Buffer => {
  const bytes = bytesOf(path);
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw unreadable(path, error);
  }
};

const bytesOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
};

const decoded = (bytes: Buffer, where: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw unreadable(where, error);
  }
};

const reasons: Readonly<Record<string, { readonly what: string; readonly fix: string }>> = {
  ENOENT: { what: 'no such file', fix: 'Check the path, or restore the file.' },
  EISDIR: { what: 'is a folder, not a file', fix: 'Name the file inside it.' },
  EACCES: { what: 'may not be read by this user', fix: 'Check its permissions.' },
  ERR_ENCODING_INVALID_ENCODED_DATA: {
    what: 'is not UTF-8 text',
    fix: 'Restore the file, or save it as UTF-8.',
  },
};

const unreadable = (path: string, error: unknown): BadInput => {
  const { code, message } = error as NodeJS.ErrnoException;
  const { what, fix } = reasons[code ?? ''] ?? {
    what: `cannot be read (${message})`,
    fix: 'Restore the file.',
  };
  return new BadInput({ what, where: path, fix }, { cause: error });
};
