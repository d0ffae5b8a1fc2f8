/** One Ajv error in a person's words, and the choice of errors worth telling. Knows no files. */
import type { ErrorObject } from 'ajv';

/** What is wrong, and the way back. */
export const explain = (error: ErrorObject): { readonly what: string; readonly fix: string } => {
  const params = error.params as Readonly<Record<string, unknown>>;
  const at =
    error.instancePath === '' ? 'the file' : error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  if (isVersion(error)) return version(error);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(at, String(params['additionalProperty']), error);
    case 'required':
      return {
        what: `${at} lacks ${quoted(params['missingProperty'])}`,
        fix: `Add ${quoted(params['missingProperty'])}.`,
      };
    case 'enum': {
      const allowed = (params['allowedValues'] as readonly unknown[]).map(String);
      return {
        what: `${at} is ${quoted(error.data)}, expected ${listOf(allowed)}`,
        fix: suggestion(String(error.data), allowed),
      };
    }
    case 'type':
      return {
        what: `${at} is ${kindOf(error.data)}, expected ${String(params['type'])}`,
        fix: 'Correct this value.',
      };
    default:
      return {
        what: `${at} ${error.message ?? 'is not allowed'}, is ${shown(error)}`,
        fix: 'Correct this value.',
      };
  }
};

/** Drops what only repeats: branches of an alternative except the nearest one, and all else where the version is unknown. */
export const relevant = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const versions = errors.filter(isVersion);
  if (versions.length > 0) return versions;
  const alternatives = errors.filter((error) => error.keyword === 'anyOf');
  const outside = errors.filter((error) => error.keyword !== 'anyOf' && error.keyword !== 'propertyNames');
  const told = outside.filter((error) => {
    const of = alternatives.find(({ instancePath }) => inside(error.instancePath, instancePath));
    return of === undefined || branchOf(error) === nearestBranch(of.instancePath, outside);
  });
  // A misspelt key is also a missing one: the misspelling is the news.
  return [...told.filter(isUnknownKey), ...told.filter((error) => !isUnknownKey(error))];
};

/** The key of `known` that was probably meant: at most a third of its letters (rounded up) differ. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const ranked = known.map((key) => ({ key, distance: editDistance(word.toLowerCase(), key.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.ceil(best.key.length / 3) ? best.key : undefined;
};

const isUnknownKey = ({ keyword }: ErrorObject): boolean => keyword === 'additionalProperties';

const isVersion = (error: ErrorObject): boolean =>
  error.instancePath === '/schemaVersion' ||
  (error.instancePath === '' &&
    (error.params as { readonly missingProperty?: string }).missingProperty === 'schemaVersion');

const version = (error: ErrorObject): { readonly what: string; readonly fix: string } => ({
  what:
    error.keyword === 'required'
      ? 'has no schemaVersion'
      : `schemaVersion ${JSON.stringify(error.data)} is not known to this onpar`,
  fix: 'Read it with the onpar that wrote it, or update onpar.',
});

const unknownKey = (at: string, key: string, error: ErrorObject): { readonly what: string; readonly fix: string } => {
  const known = Object.keys((error.parentSchema as { readonly properties?: object }).properties ?? {});
  return { what: `${at} has no key ${quoted(key)}`, fix: suggestion(key, known) };
};

const suggestion = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${quoted(meant)}?`;
};

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const branchOf = (error: ErrorObject): string =>
  error.schemaPath.replace(/^(#\/definitions\/[^/]+|.*?\/anyOf\/\d+).*$/, '$1');

/** Of an alternative's branches the one that accepts the kind of value, with the fewest errors. */
const nearestBranch = (path: string, errors: readonly ErrorObject[]): string => {
  const cost = new Map<string, number>();
  for (const error of errors.filter(({ instancePath }) => inside(instancePath, path))) {
    cost.set(branchOf(error), (cost.get(branchOf(error)) ?? 0) + weightOf(error, path));
  }
  return [...cost].sort(([, a], [, b]) => a - b)[0]?.[0] ?? '';
};

/** A key of another form says more against a branch than one that is missing or too many. */
const weightOf = ({ keyword, instancePath, schemaPath }: ErrorObject, path: string): number =>
  keyword === 'type' && instancePath === path ? 100 : schemaPath.includes('/propertyNames/') ? 2 : 1;

const quoted = (value: unknown): string => JSON.stringify(value) ?? String(value);
const shown = (error: ErrorObject): string => quoted(error.data).slice(0, 60);
const listOf = (values: readonly string[]): string =>
  values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;

/** Levenshtein's distance, by rows (Wagner and Fischer, 1974). */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
