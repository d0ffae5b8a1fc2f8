/**
 * From a verdict to red or not: what CI, ONPAR_STRICT and ONPAR_REQUIRE add to it.
 * Refuses names that nobody knows (a misspelt requirement would require nothing), and a portable case without baseline in CI.
 */
import { BadInput } from '../schema/bad-input.ts';
import { nearest } from '../schema/explain.ts';
import { standingOf, type Judgement, type Verdict } from './verdict.ts';

/** What must not be missing: everything, or these backends and data sets. */
export type Requirement = 'all' | ReadonlySet<string>;

export interface Policy {
  readonly ci: boolean;
  readonly strict: boolean;
  readonly required: Requirement;
}

/** Whether a value to compare with is committed; if not, why. A new machine or instruction-set class is expected to have none. */
export type BaselineState = 'present' | 'new-case' | 'new-machine' | 'new-class';

/** Where nothing needs to be committed for the case. */
export const excused = (state: BaselineState): BaselineState => (state === 'new-case' ? 'new-machine' : state);

export interface PolicyContext extends Policy {
  readonly baseline: BaselineState;
  /** Backend and data set that this case stands on. */
  readonly needs: readonly string[];
}

export interface Outcome {
  readonly red: boolean;
  /** The judgement's, led by what policy has to say. */
  readonly sentences: readonly string[];
}

/** What a case lacks whose card has no reference. No machine can be without it: it was never there, or somebody took it away. */
export const referenceOf = (model: string): string => `${model}${reference}`;
const reference = '/reference';

export const applyPolicy = ({ verdict, sentences }: Judgement, context: PolicyContext): Outcome => {
  if (standingOf(verdict) === 'red') return { red: true, sentences };
  const added = reddened(verdict, context);
  return added === undefined ? { red: false, sentences } : { red: true, sentences: [added, ...sentences] };
};

/** Whether CI runs this, which sets the variable. */
export const isCi = (env: Readonly<Record<string, string | undefined>>): boolean =>
  !['', '0', 'false'].includes(env['CI'] ?? '');

/** Reads CI, ONPAR_STRICT and ONPAR_REQUIRE. `known`: ids of all backends and data sets. Throws BadInput. */
export const readPolicy = (env: Readonly<Record<string, string | undefined>>, known: readonly string[]): Policy => ({
  ci: isCi(env),
  strict: readStrict(env['ONPAR_STRICT'] ?? ''),
  required: readRequirement(env['ONPAR_REQUIRE'] ?? '', known),
});

/** Why this verdict is red here though it is not by itself; undefined if it is not. */
const reddened = (verdict: Verdict, { ci, strict, required, baseline, needs }: PolicyContext): string | undefined => {
  const missed = verdict === 'unavailable' ? missedHere(needs, baseline, required) : undefined;
  if (missed !== undefined) return missed;
  if (ci && isNew(verdict, baseline))
    return 'a new case without baseline: bless it on a developer machine and commit the file';
  return strict && standingOf(verdict) === 'undecided' ? `${verdict} is red under ONPAR_STRICT` : undefined;
};

const missedHere = (needs: readonly string[], baseline: BaselineState, required: Requirement): string | undefined => {
  if (baseline === 'present' && needs.some((need) => need.endsWith(reference)))
    return 'it was blessed against a reference: restore it in the card, or bless everything to take the promise back';
  const name = required === 'all' ? (needs[0] ?? 'everything') : needs.find((need) => required.has(need));
  return name === undefined ? undefined : `${name} is required here (ONPAR_REQUIRE)`;
};

/** A case that was judged and could have had a baseline; an incomparable one counts as none. */
const isNew = (verdict: Verdict, baseline: BaselineState): boolean =>
  verdict !== 'unavailable' &&
  verdict !== 'skipped' &&
  // Nothing was measured that could be blessed.
  verdict !== 'unfit' &&
  (baseline === 'new-case' || (baseline === 'present' && verdict === 'unbaselined'));

const readStrict = (text: string): boolean => {
  if (text === '1') return true;
  if (text === '' || text === '0') return false;
  throw new BadInput({
    what: `is ${JSON.stringify(text)}, expected 0 or 1`,
    where: 'ONPAR_STRICT',
    fix: 'Set it to 1, or unset it.',
  });
};

const readRequirement = (text: string, known: readonly string[]): Requirement => {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 1 && names[0] === 'all') return 'all';
  for (const name of names) if (!known.includes(name)) throw unknownName(name, known);
  return new Set(names);
};

const unknownName = (name: string, known: readonly string[]): BadInput => {
  const meant = nearest(name, known);
  const fix = meant === undefined ? `Known: all, ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return new BadInput({
    what: `names ${JSON.stringify(name)}, which is no backend and no data set`,
    where: 'ONPAR_REQUIRE',
    fix,
  });
};
