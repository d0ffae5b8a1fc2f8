/** What metrics are taken from: one measurement serves several metrics. Plain data in base units; the broker fills it. */
import type { Explanation } from '../compare/comparison.ts';
import type { ParityComparison } from '../compare/parity.ts';
import type { Diverging } from '../judge/parity.ts';
import type { RelationTarget } from '../judge/relation.ts';
import { worstFirst } from '../compare/worst.ts';

/** By source: what measuring one case yields. */
export interface Sources {
  /** Bytes of an artifact's files. */
  readonly files: number;
  readonly answers: ComparedAnswers;
  readonly accuracy: Accuracy;
  readonly latency: Latency;
  readonly relation: RelationTarget;
}

export type Source = keyof Sources;

/** What a fresh worker answered to the reference's inputs at every batch size, compared with all that it must agree with. */
export interface ComparedAnswers {
  readonly batches: readonly BatchParity[];
  /** Peak resident set of the worker process after those runs, bytes. */
  readonly peakBytes: number;
}

/** Parity of one artifact on one backend at one batch size. */
export interface BatchParity {
  readonly batch: number;
  readonly rows: number;
  readonly relations: readonly Relation[];
}

export interface Relation {
  /** Who gave the expected values. */
  readonly against: string;
  readonly comparison: ParityComparison;
  /** Second pass over the worst output; null where no output could be compared. */
  readonly explanation: Explanation | null;
}

export interface Accuracy {
  readonly dataset: string;
  readonly n: number;
  readonly correct: number;
  /** Predictions that differ from the reference's. */
  readonly flips: number;
  /** Those of them where the reference's two best answers are no near-tie. */
  readonly firmFlips: number;
  /** Images whose two best reference logits lie within the tolerance: either answer is legitimate. */
  readonly nearTies: number;
  /** Null where there is no reference over the data set. */
  readonly referenceCorrect: number | null;
}

/** Latency of one artifact on one backend, one value a fresh process, seconds. */
export interface Latency {
  readonly load: readonly number[];
  readonly first: readonly number[];
  readonly batches: readonly BatchLatency[];
  /** Whether the processes ran on one pinned core. */
  readonly pinned: boolean;
  /** Share of its time that the middle one of the processes was kept from its core by others; null where the system does not tell. */
  readonly waiting: number | null;
}

export interface BatchLatency {
  readonly batch: number;
  /** The least of all visits of each process. */
  readonly steady: readonly number[];
  /** Greatest median of a call that does nothing: what sampling adds. */
  readonly overhead: number;
}

/** Every output that lies beyond its tolerance against one of its relations, at the batch size where it is furthest off, by name. */
export function divergingOutputs({ batches }: Pick<ComparedAnswers, 'batches'>): readonly Diverging[] {
  const furthest = new Map<string, number>();
  for (const { against, comparison } of batches.flatMap(({ relations }) => relations))
    for (const { output, excess } of comparison.outputs) {
      const what = `${output} against ${against}`;
      // Written so that NaN is beyond.
      if (!(excess <= 1)) furthest.set(what, Math.max(excess, furthest.get(what) ?? 0));
    }
  return [...furthest].map(([what, excess]) => ({ what, excess })).toSorted((a, b) => (a.what < b.what ? -1 : 1));
}

/** The furthest batch size and relation: the one that is judged. What proves nothing goes first. */
export function worstRelation({
  batches,
}: Pick<ComparedAnswers, 'batches'>): { readonly batch: BatchParity; readonly relation: Relation } | null {
  const all = batches.flatMap((batch) => batch.relations.map((relation) => ({ batch, relation })));
  const [worst] = worstFirst(all, ({ relation: { comparison } }) =>
    comparison.vacuous === null ? comparison.excess : Infinity,
  );
  return worst ?? null;
}
