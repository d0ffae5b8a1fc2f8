/** What the runtime made of a model on either side: the kernels of its optimized graph. Deterministic: it stands beside time and never flakes. */
import type { Kernels } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import { rowsFor } from '../broker/materials.ts';
import { graphSentence } from '../judge/graph.ts';
import { batchesOf } from '../models/card.ts';
import { feedsOf } from '../models/feeds.ts';
import { readReference } from '../models/reference.ts';
import type { Worker } from '../workers/worker.ts';
import type { Graph } from './diff.generated.ts';

/** Fed as pairs are; null where there is nothing to feed, or the runtime cannot say. */
export async function takeKernels(worker: Worker, { model, artifact, path }: Arm): Promise<Kernels | null> {
  const reference = await readReference(model);
  if (reference === null) return null;
  const [batch = 1] = batchesOf(model.card);
  const feeds = feedsOf(model.card, artifact, rowsFor(reference, batch), 0, batch);
  return (await worker.kernels(path, feeds)).kernels;
}

/** Null where a side cannot say. */
export function graphOf(base: Kernels | null, ours: Kernels | null): Graph | null {
  return base === null || ours === null ? null : { sentence: graphSentence(base, ours), base, new: ours };
}
