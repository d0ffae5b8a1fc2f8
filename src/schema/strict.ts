/** Strict JSON text to value and tree (the tree knows offsets). Refuses everything that RFC 8259 does, and what it leaves open: duplicate keys, __proto__, numbers beyond float64. */
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { BadInput } from './bad-input.ts';

export interface Source {
  readonly text: string;
  readonly where: string;
  /** Line of the file in which the text begins, from 1. */
  readonly line?: number;
}

/** The value and its syntax tree. Throws BadInput with file:line:column. */
export const parseStrict = (source: Source): { readonly value: unknown; readonly tree: Node } => {
  refuseDamage(source);
  try {
    const tree = treeOf(source);
    refuseTraps(tree, source);
    return { value: JSON.parse(source.text), tree };
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw bad(
      source,
      0,
      error instanceof RangeError ? 'is nested too deeply' : (error as Error).message,
      'Restore the file.',
    );
  }
};

/** A BadInput that points at an offset of the text. */
export const bad = (source: Source, offset: number, what: string, fix: string): BadInput =>
  new BadInput({ what, where: placeOf(source, offset), fix });

/** file:line:column of an offset, counted from 1. */
export const placeOf = ({ text, where, line: first = 1 }: Source, offset: number): string => {
  const before = text.slice(0, offset);
  const line = first - 1 + before.split('\n').length;
  return `${where}:${line}:${offset - before.lastIndexOf('\n')}`;
};

const restore = 'Restore it from version control (git checkout -- the file).';
// A JSON string cannot span lines, so such a line is never part of a legal file.
const mergeMarker = /^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)/m;

const refuseDamage = (source: Source): void => {
  const { text } = source;
  if (text.startsWith('\uFEFF'))
    throw bad(source, 0, 'starts with a byte order mark', 'Save it as UTF-8 without a byte order mark.');
  if (text.trim() === '') throw bad(source, 0, 'is empty: a write was torn, or the file was never filled', restore);
  const marker = mergeMarker.exec(text);
  if (marker)
    throw bad(
      source,
      marker.index,
      `holds a merge marker (${marker[0].trim()})`,
      'Finish the merge: keep one side, then bless again.',
    );
};

const treeOf = (source: Source): Node => {
  const errors: ParseError[] = [];
  const tree = parseTree(source.text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first) throw syntaxError(source, first);
  if (!tree) throw bad(source, 0, 'holds no JSON value', restore);
  return tree;
};

const syntaxError = (source: Source, { error, offset, length }: ParseError): BadInput => {
  const { text } = source;
  if (offset + length >= text.trimEnd().length && !/[\]}]\s*$/.test(text))
    return bad(
      source,
      Math.min(offset, text.length),
      'ends too early: a write was torn, or the file was cut off',
      restore,
    );
  const token = /^[^\s,:[\]{}]*/.exec(text.slice(offset, offset + 40))?.[0] ?? '';
  if (/^[+-]?(?:NaN|Infinity)$/.test(token))
    return bad(source, offset, `${token} is not JSON`, 'Write a finite number.');
  const name = printParseErrorCode(error);
  const what =
    name === 'InvalidCommentToken' ? 'comments are not JSON' : `is not JSON (${wordsOf(name)}${token && `: ${token}`})`;
  return bad(source, offset, what, 'Correct this place, or restore the file from version control.');
};

/** 'CommaExpected' -> 'comma expected' */
const wordsOf = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

const refuseTraps = (node: Node, source: Source): void => {
  if (node.type === 'number' && !Number.isFinite(node.value))
    throw bad(source, node.offset, 'a number too large for a float64', 'Write a finite number.');
  if (node.type === 'object') refuseKeys(node, source);
  for (const child of node.children ?? []) refuseTraps(child, source);
};

const refuseKeys = (object: Node, source: Source): void => {
  const seen = new Set<string>();
  for (const property of object.children ?? []) {
    const key = property.children?.[0];
    const name = String(key?.value);
    const at = key?.offset ?? object.offset;
    if (name === '__proto__') throw bad(source, at, 'the key __proto__ is not allowed', 'Remove it.');
    if (seen.has(name))
      throw bad(source, at, `the key ${JSON.stringify(name)} stands twice in one object`, 'Keep one of the two.');
    seen.add(name);
  }
};
