/** A measurement, or why there is none: what a model or backend does wrong is data; anything else is our own fault and is thrown. */
import { CannotMake } from '../models/recipe/cannot-make.ts';
import { BadInput } from '../schema/bad-input.ts';
import { InvalidSample } from '../stats/sample.ts';
import { MalformedFile } from '../tensor/malformed.ts';
import { WorkerFailure } from '../workers/worker.ts';

export interface Failure {
  readonly kind: 'crashed' | 'timed-out' | 'refused' | 'unavailable' | 'skipped';
  readonly reason: string;
  /** What ONPAR_REQUIRE can demand: the backend or data set that is missing. */
  readonly missing: string | null;
}

/** As the kernel does with whoever it meets where memory runs out. */
export const wasKilled = ({ kind, reason }: Pick<Failure, 'kind' | 'reason'>): boolean =>
  kind === 'crashed' && /killed by SIGKILL/.test(reason);

export type Measured<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** What ONPAR_REQUIRE can demand. */
export const missingFrom = (measured: Measured<unknown>): readonly string[] =>
  measured.ok || measured.failure.missing === null ? [] : [measured.failure.missing];

export async function attempt<T>(measure: () => Promise<T>): Promise<Measured<T>> {
  try {
    return { ok: true, value: await measure() };
  } catch (error) {
    if (error instanceof Unavailable) return failed('unavailable', error.message, error.missing);
    if (error instanceof CannotMake) return failed('unavailable', `${error.what}; ${error.fix}`, error.where);
    if (error instanceof WorkerFailure) return failed(error.kind, error.message, null);
    if (refusals.some((refusal) => error instanceof refusal)) return failed('refused', (error as Error).message, null);
    throw error;
  }
}

const refusals = [BadInput, InvalidSample, MalformedFile];

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
