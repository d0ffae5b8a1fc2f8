/** Takes accuracy: the first n images of a data set in batches; decisions are counted against labels and against the reference. */
import { accuracy, flips, nearTies } from '../compare/decisions.ts';
import { compareTensors } from '../compare/tensors.ts';
import type { Tolerance } from '../compare/comparison.ts';
import { toleranceFor, type ToleranceOverride } from '../compare/tolerance.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { decisionOutput } from '../models/card.ts';
import type { Artifact, ModelCard } from '../models/card.ts';
import { feedsOf, outputsOf } from '../models/feeds.ts';
import { BadInput } from '../schema/bad-input.ts';
import { batchRows, concatRows } from '../tensor/tensor.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Worker } from '../workers/worker.ts';
import type { Accuracy } from '../metrics/sources.ts';
import { rowsFor } from './materials.ts';
import { checkedLogits, checkedRows } from './outputs.ts';

/** Large enough to keep a core busy, small enough for a backend in JavaScript. */
const chunk = 100;

export interface AccuracyRequest {
  readonly worker: Worker;
  readonly card: ModelCard;
  readonly artifact: Artifact;
  readonly dataset: Dataset;
  /** Reference logits over the data set; null where the card has none. */
  readonly reference: Tensor | null;
  readonly images: number;
  readonly maxBatch: number;
  /** Of the card, for this artifact. */
  readonly override?: ToleranceOverride | undefined;
}

export async function takeAccuracy(request: AccuracyRequest): Promise<Accuracy> {
  const { dataset, reference, images } = request;
  const logits = await takeLogits(request);
  // Where the backends may differ by more, more decisions lie on the edge.
  const tolerance = toleranceFor('float32', request.override);
  return count(logits, dataset, reference === null ? null : batchRows(reference, 0, images), tolerance);
}

/** What decides each of the first n images. */
export async function takeLogits(request: AccuracyRequest): Promise<Tensor> {
  const { worker, card, artifact, dataset, reference, images, maxBatch } = request;
  const output = decisionOutput(card);
  const [input] = card.inputs;
  if (output === undefined || input === undefined) throw new Error(`${card.id} has no classification output`);
  if (reference !== null) refuseShort(reference, images, card);
  const fixed = typeof input.dims[0] === 'number' ? input.dims[0] : null;
  const raw = rowsFor({ inputs: { [input.name]: dataset.images }, rows: dataset.labels.length }, fixed ?? 0);
  const step = fixed ?? Math.min(chunk, maxBatch);
  const parts: Tensor[] = [];
  for (let start = 0; start < images; start += step) {
    const end = Math.min(images, start + step);
    // A batch of one size is filled up with images that were asked before.
    const from = fixed === null ? start : Math.max(0, end - fixed);
    const size = fixed ?? end - start;
    const reply = await worker.run(feedsOf(card, artifact, raw, from, from + size));
    const { [output.name]: answered } = outputsOf(card, artifact, reply.outputs);
    const logits = checkedRows(output.name, answered, size, parts[0]);
    const decided = checkedLogits(output.name, logits, size, reference);
    parts.push(batchRows(decided, start - from, end - from));
  }
  return concatRows(parts);
}

function refuseShort({ dims: [rows = 0] }: Tensor, images: number, { id }: ModelCard): void {
  if (rows >= images) return;
  throw new BadInput({
    what: `has ${rows} rows for ${images} images`,
    where: `reference.dataset of model ${id}`,
    fix: 'write the reference again ("Add a model" in the README of onpar)',
  });
}

function count(logits: Tensor, { card, labels }: Dataset, reference: Tensor | null, tolerance: Tolerance): Accuracy {
  const n = logits.dims[0] ?? 0;
  const seen = labels.subarray(0, n);
  const { correct } = accuracy(logits, seen);
  if (reference === null)
    return { dataset: card.id, n, correct, flips: 0, firmFlips: 0, nearTies: 0, referenceCorrect: null };
  const { rms } = compareTensors(reference, reference, tolerance, 'reference');
  const flipped = flips(logits, reference);
  const near = new Set(nearTies(reference, tolerance, rms));
  return {
    dataset: card.id,
    n,
    correct,
    flips: flipped.count,
    firmFlips: flipped.rows.filter((row) => !near.has(row)).length,
    nearTies: near.size,
    referenceCorrect: accuracy(reference, seen).correct,
  };
}
