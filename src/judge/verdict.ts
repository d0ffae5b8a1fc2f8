/** Verdicts are unions, never booleans. This file says which there are and which of them are red. */

export type ParityVerdict = 'match' | 'mismatch' | 'divergence' | 'vacuous';
export type LatencyVerdict = 'slower' | 'faster' | 'steady' | 'inconclusive' | 'unbaselined' | 'unfit';
export type ValueVerdict = 'held' | 'improved' | 'regressed' | 'unbaselined';
/** How any case may end instead of with a judged value. */
export type FailedVerdict = 'crashed' | 'timed-out' | 'refused' | 'unavailable' | 'skipped';
export type Verdict = ParityVerdict | LatencyVerdict | ValueVerdict | FailedVerdict;

const red: ReadonlySet<Verdict> = new Set([
  'mismatch',
  'vacuous',
  'slower',
  'regressed',
  'crashed',
  'timed-out',
  'refused',
]);
const undecided: ReadonlySet<Verdict> = new Set(['inconclusive', 'unfit', 'unbaselined', 'unavailable', 'skipped']);

export type Standing = 'held' | 'red' | 'undecided';

/** Where a verdict stands before policy (ONPAR_STRICT, ONPAR_REQUIRE, a new case in CI) is applied. */
export const standingOf = (verdict: Verdict): Standing =>
  red.has(verdict) ? 'red' : undecided.has(verdict) ? 'undecided' : 'held';

/** A judged target: the verdict and its evidence in sentences, worst first. No field is optional: a forgotten one must not compile. */
export interface Judgement<V extends Verdict = Verdict> {
  readonly verdict: V;
  readonly sentences: readonly string[];
}

/** The usual way to make one. */
export const judged = <V extends Verdict>(verdict: V, ...sentences: readonly string[]): Judgement<V> => ({
  verdict,
  sentences,
});
