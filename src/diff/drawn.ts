/** Files without a card: their inputs are drawn and fed whole, for nobody knows which axis is the batch. */
import type { Arm } from '../base/arms.ts';
import { compareOutputs } from '../compare/parity.ts';
import { rowsDiffer } from '../compare/vacuity.ts';
import { isClassification } from '../models/card.ts';
import { feedsOf, outputsOf } from '../models/feeds.ts';
import type { TensorMap } from '../tensor/tensor.ts';
import type { Worker } from '../workers/worker.ts';
import { toleranceOf } from './both.ts';
import type { Both } from './both.ts';
import type { BatchComparison } from './moves.ts';

/** Outputs under the base's names. */
export async function takeDrawn(worker: Worker, { model: { card, drawn }, artifact }: Arm): Promise<TensorMap> {
  const { rows = 0, inputs = {} } = drawn ?? {};
  const { outputs } = await worker.run(feedsOf(card, artifact, inputs, 0, rows));
  return outputsOf(card, artifact, outputs);
}

export function compareDrawn(both: Both, base: TensorMap, ours: TensorMap): BatchComparison {
  const { card, drawn } = both.base.model;
  const { rows = 0, inputs = {} } = drawn ?? {};
  const tolerance = toleranceOf(both);
  const comparison = compareOutputs(ours, base, {
    tolerance: (_, { dtype }) => tolerance(dtype),
    classifications: card.outputs.filter(isClassification).map(({ name }) => name),
    inputsDiffer: rowsDiffer(inputs),
  });
  return { batch: rows, comparison };
}
