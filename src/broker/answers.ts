/**
 * The answers of (model, artifact, backend): a fresh worker opens the artifact and answers the reference's inputs at every batch
 * size. Running the same rows at several batch sizes catches a backend that is right for the first row only.
 */
import type { Backend, Ranges } from '../backends/backend.ts';
import type { Explanation, Tolerance } from '../compare/comparison.ts';
import { explain } from '../compare/explain.ts';
import { compareOutputs } from '../compare/parity.ts';
import type { ParityComparison } from '../compare/parity.ts';
import { float16AgainstWider, int8AcrossBackends, quantizedAgainstFloat, toleranceFor } from '../compare/tolerance.ts';
import type { ToleranceOverride } from '../compare/tolerance.ts';
import { rowsDiffer } from '../compare/vacuity.ts';
import { structureFault } from '../compare/tensors.ts';
import { worstFirst } from '../compare/worst.ts';
import { batchesOf, isClassification, isSeeded } from '../models/card.ts';
import type { Artifact, ModelCard } from '../models/card.ts';
import { feedsOf, outputsOf, rangesOf } from '../models/feeds.ts';
import type { Reference } from '../models/reference.ts';
import { firstRows, trustedRows } from '../tensor/rows.ts';
import { concatRows } from '../tensor/tensor.ts';
import type { Dtype, Tensor, TensorMap } from '../tensor/tensor.ts';
import type { Worker } from '../workers/worker.ts';
import type { BatchParity, Relation } from '../metrics/sources.ts';
import { rowsFor } from './materials.ts';
import { checkedRows } from './outputs.ts';
import type { Subject } from './subject.ts';

/** Outputs of so many rows: of one call, or joined. */
interface Part {
  readonly rows: number;
  readonly outputs: TensorMap;
}

/** An artifact's outputs on one backend, by batch size. */
export interface Answers {
  readonly batches: readonly (Part & { readonly batch: number })[];
  readonly peakBytes: number;
}

/** Batch sizes that this backend is asked for. */
export const batchesFor = (card: ModelCard, backend: Backend): readonly number[] =>
  batchesOf(card).filter((batch, index) => index === 0 || batch <= backend.limits.maxBatch);

/** Of all that is fed for them. */
export const rangesFor = ({ model: { card }, artifact, backend }: Subject, reference: Reference): Ranges =>
  rangesOf(batchesFor(card, backend).map((batch) => feedsOf(card, artifact, rowsFor(reference, batch), 0, batch)));

/** Runs the reference's inputs through an opened worker. */
export async function takeAnswers(
  worker: Worker,
  card: ModelCard,
  artifact: Artifact,
  reference: Reference,
  backend: Backend,
): Promise<Answers> {
  const batches = [];
  let peakBytes = 0;
  for (const batch of batchesFor(card, backend)) {
    const wanted = Math.min(reference.rows, Math.max(batch, backend.limits.referenceRows));
    // Every call is as large as it is called: the last one goes on with the first rows.
    const rows = Math.ceil(wanted / batch) * batch;
    const inputs = rowsFor(reference, rows);
    const parts: Part[] = [];
    for (let start = 0; start < rows; start += batch) {
      const reply = await worker.run(feedsOf(card, artifact, inputs, start, start + batch));
      parts.push({ rows: batch, outputs: outputsOf(card, artifact, reply.outputs) });
      peakBytes = reply.peakBytes;
    }
    batches.push({ batch, rows, outputs: joined(parts) });
  }
  return { batches, peakBytes };
}

function joined(parts: readonly Part[]): TensorMap {
  const first = parts[0]?.outputs ?? {};
  const join = (name: string): Tensor =>
    concatRows(parts.map(({ rows, outputs }) => checkedRows(name, outputs[name], rows, first[name])));
  return Object.fromEntries(Object.keys(first).map((name) => [name, join(name)]));
}

export interface Expected {
  readonly against: string;
  readonly rows: number;
  readonly outputs: TensorMap;
  readonly tolerance: (dtype: Dtype) => Tolerance;
  /** Beside the reference, which says whether the outputs prove anything. */
  readonly proven?: boolean;
}

/** How far an artifact may lie from its reference: float ones element by element, quantized ones by their aggregate error. */
export function referenceTolerance(
  card: ModelCard,
  artifactId: string,
  { precision }: Artifact,
): Expected['tolerance'] {
  const override = card.tolerances?.[artifactId];
  const { nmse = quantizedAgainstFloat.nmse, nan = 'refuse' } = override ?? {};
  return (dtype) =>
    precision === 'int8'
      ? { ...quantizedAgainstFloat, nmse, nan }
      : toleranceFor(dtype, precision === 'float16' ? { ...float16AgainstWider, ...override } : override);
}

/** The reference as judge of an artifact. */
export const expectedOf = (
  card: ModelCard,
  artifactId: string,
  artifact: Artifact,
  { source, rows, outputs }: Reference,
): Expected => ({ against: source, rows, outputs, tolerance: referenceTolerance(card, artifactId, artifact) });

/** The same quantized artifact on two backends: held tightly, unless its card knows what rounding does to it; decisions apart. */
export const anchorTolerance =
  ({ nan = 'refuse', nmse = int8AcrossBackends.nmse }: ToleranceOverride = {}): Expected['tolerance'] =>
  () => ({ ...int8AcrossBackends, nmse, nan });

export const anchoredTo = (anchor: string, { rows, outputs }: Part, override?: ToleranceOverride): Expected => ({
  against: anchor,
  rows,
  outputs,
  tolerance: anchorTolerance(override),
  proven: true,
});

/** Compares the answers of every batch size with everything they must agree with. */
export function compareAnswers(
  card: ModelCard,
  reference: Reference,
  { batches }: Answers,
  expected: (batch: number) => readonly Expected[],
): readonly BatchParity[] {
  return batches.map(({ batch, rows, outputs }) => ({
    batch,
    rows,
    relations: expected(batch).map((each) => relate(card, reference, { rows, outputs }, each)),
  }));
}

/** Over the rows that both have answered: a slow backend answers fewer; a batch beyond the reference has its rows again. */
function relate(
  card: ModelCard,
  reference: Reference,
  answered: Part,
  { against, tolerance, proven = false, ...trusted }: Expected,
): Relation {
  const { rows, tensors: expected } = trustedRows(trusted.outputs, trusted.rows, reference.rows, answered.rows);
  const actual = firstRows(answered.outputs, answered.rows, rows);
  const comparison = compareOutputs(actual, expected, {
    tolerance: (_, { dtype }) => tolerance(dtype),
    proven,
    // What weights that were drawn decide means nothing.
    classifications: isSeeded(card) ? [] : card.outputs.filter(isClassification).map(({ name }) => name),
    inputsDiffer: rowsDiffer(firstRows(reference.inputs, reference.rows, Math.min(rows, reference.rows))),
  });
  return { against, comparison, explanation: explainWorst(comparison, actual, expected) };
}

/** The second pass over the output that is furthest off; these tensors are small, so it is always made for the report. */
function explainWorst(comparison: ParityComparison, actual: TensorMap, expected: TensorMap): Explanation | null {
  const [worst] = worstFirst(comparison.outputs, ({ excess }) => excess);
  const [a, e] = [actual[worst?.output ?? ''], expected[worst?.output ?? '']];
  if (worst === undefined || a === undefined || e === undefined || structureFault(a, e) !== null) return null;
  return explain(a, e, { top: 5, nan: worst.tolerance.nan });
}
