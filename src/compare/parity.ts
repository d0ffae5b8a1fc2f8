/**
 * Compares all outputs of a case with the reference's, by name. Decides the numbers of a parity verdict, not the verdict: known
 * divergences and their dates are the judge's. A missing or extra output is a structural fault, no outputs at all are vacuous.
 */
import type { Tensor, TensorMap } from '../tensor/tensor.ts';
import type { TensorComparison, Tolerance } from './comparison.ts';
import { flips } from './decisions.ts';
import { compareTensors, incomparable, structureFault } from './tensors.ts';
import { vacuity } from './vacuity.ts';

export interface ParityOptions {
  /** The tolerance of an output; usually `toleranceFor(tensor.dtype, override)`. */
  readonly tolerance: (output: string, actual: Tensor) => Tolerance;
  /** Outputs whose last axis is classes: their top-1 is compared. */
  readonly classifications: readonly string[];
  /** Whether the feeds' rows differ (`rowsDiffer(feeds)`), so that equal output rows are suspicious. */
  readonly inputsDiffer: boolean;
  /** The same outputs were shown to prove something against another reference: not asked again by a tolerance that is wider element by element. */
  readonly proven?: boolean;
}

export interface ParityComparison {
  /** One for each name that either side has, those of the reference first. */
  readonly outputs: readonly TensorComparison[];
  /** The greatest excess of all: <= 1 matches. Infinity where there is nothing to compare. */
  readonly excess: number;
  /** Null, or why a match would prove nothing. */
  readonly vacuous: string | null;
  /** Over all comparable classification outputs; null if there is none. */
  readonly flips: { readonly count: number; readonly n: number } | null;
}

/** Compares named outputs (actual, expected). */
export function compareOutputs(actual: TensorMap, expected: TensorMap, options: ParityOptions): ParityComparison {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const outputs = names.map((name) => compareNamed(name, entry(actual, name), entry(expected, name), options));
  return {
    outputs,
    excess: names.length === 0 ? Infinity : Math.max(...outputs.map(({ excess }) => excess)),
    vacuous: options.proven === true ? null : vacuousOutput(outputs, expected, options),
    flips: countFlips(actual, expected, options.classifications),
  };
}

/** Own entries only: an output may be named `constructor`. */
const entry = (map: TensorMap, name: string): Tensor | undefined => (Object.hasOwn(map, name) ? map[name] : undefined);

function compareNamed(
  name: string,
  actual: Tensor | undefined,
  expected: Tensor | undefined,
  { tolerance }: ParityOptions,
): TensorComparison {
  if (actual !== undefined && expected !== undefined) {
    return compareTensors(actual, expected, tolerance(name, actual), name);
  }
  const present = actual ?? expected;
  if (present === undefined) throw new RangeError(`no output is named ${name}`);
  const fault = actual === undefined ? 'the output is missing' : 'the output is not in the reference';
  return incomparable(present, tolerance(name, present), name, fault);
}

/** The first output that proves nothing: one vacuous output among sound ones is still a promise not kept. */
function vacuousOutput(
  outputs: readonly TensorComparison[],
  expected: TensorMap,
  { inputsDiffer }: ParityOptions,
): string | null {
  if (outputs.length === 0) return 'no outputs were compared';
  for (const { output, tolerance, rms } of outputs) {
    const reference = entry(expected, output);
    const reason = reference === undefined ? null : vacuity(reference, tolerance, rms, inputsDiffer);
    if (reason !== null) return `${output}: ${reason}`;
  }
  return null;
}

function countFlips(actual: TensorMap, expected: TensorMap, names: readonly string[]): ParityComparison['flips'] {
  const found = names.flatMap((name) => {
    const a = entry(actual, name);
    const e = entry(expected, name);
    return a === undefined || e === undefined || structureFault(a, e) !== null ? [] : [flips(a, e)];
  });
  if (found.length === 0) return null;
  return found.reduce((sum, { count, n }) => ({ count: sum.count + count, n: sum.n + n }), {
    count: 0,
    n: 0,
  });
}
