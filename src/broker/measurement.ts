/** What measuring yields. Plain data, base units; a case without a measurement says why. */
import type { Explanation } from '../compare/comparison.ts';
import type { ParityComparison } from '../compare/parity.ts';
import { BadInput } from '../schema/bad-input.ts';
import { WorkerFailure } from '../workers/worker.ts';

export interface Failure {
  readonly kind: 'crashed' | 'timed-out' | 'refused' | 'unavailable' | 'skipped';
  readonly reason: string;
  /** Names that ONPAR_REQUIRE can demand: a backend or a data set. */
  readonly missing: string | null;
}

export type Measured<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface Relation {
  /** Who gave the expected values. */
  readonly against: string;
  readonly comparison: ParityComparison;
  /** Second pass over the worst output; null where everything matched and nobody asked. */
  readonly explanation: Explanation | null;
}

/** Parity of one artifact on one backend at one batch size. */
export interface BatchParity {
  readonly batch: number;
  readonly rows: number;
  readonly relations: readonly Relation[];
}

/** One visit: a fresh worker that opened the artifact and answered the reference's inputs at every batch size. */
export interface Visit {
  readonly batches: readonly BatchParity[];
  /** Peak resident set of the worker process after those runs, bytes. */
  readonly peakBytes: number;
}

export interface Accuracy {
  readonly dataset: string;
  readonly n: number;
  readonly correct: number;
  /** Predictions that differ from the reference's. */
  readonly flips: number;
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
}

export interface BatchLatency {
  readonly batch: number;
  /** Minimum-of-visit estimate of each process. */
  readonly steady: readonly number[];
  /** Greatest median of a call that does nothing: what sampling adds. */
  readonly overhead: number;
}

/** Runs a measurement and turns the ways it may fail into data; anything else is our own fault and is thrown. */
export async function attempt<T>(measure: () => Promise<T>): Promise<Measured<T>> {
  try {
    return { ok: true, value: await measure() };
  } catch (error) {
    if (error instanceof Unavailable) return failed('unavailable', error.message, error.missing);
    if (error instanceof WorkerFailure) return failed(error.kind, error.message, null);
    if (error instanceof BadInput) return failed('refused', error.message, null);
    throw error;
  }
}

const failed = (kind: Failure['kind'], reason: string, missing: string | null): Measured<never> => ({
  ok: false,
  failure: { kind, reason, missing },
});

/** A backend or data set that is not here. */
export class Unavailable extends Error {
  readonly missing: string;

  constructor(missing: string, reason: string) {
    super(reason);
    this.missing = missing;
  }
}
