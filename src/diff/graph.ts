/** What the runtime made of a model on either side: the kernels of its optimized graph. Deterministic: it stands beside time and never flakes. */
import type { Kernels } from '../backends/backend.ts';
import type { Arm } from '../base/arms.ts';
import { rowsFor } from '../broker/materials.ts';
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
  return base === null || ours === null ? null : { sentence: sentenceOf(base, ours), base, new: ours };
}

/** Those that changed most; JSON has all. */
const mostTold = 4;

const nodesIn = (kernels: Kernels): number => Object.values(kernels).reduce((sum, count) => sum + count, 0);

/** `optimized graph: 14 -> 17 nodes (+3 ReorderOutput)`; null where every kernel is as before. */
function sentenceOf(base: Kernels, ours: Kernels): string | null {
  const names = [...new Set([...Object.keys(base), ...Object.keys(ours)])].toSorted();
  // Where all nodes run in one place, its name says nothing.
  const isOne = new Set(names.map((name) => name.split(' ')[0])).size === 1;
  const changes = names
    .map((name) => ({ name, by: (ours[name] ?? 0) - (base[name] ?? 0) }))
    .filter(({ by }) => by !== 0)
    .toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by));
  if (changes.length === 0) return null;
  const told = changes.slice(0, mostTold).map(({ name, by }) => {
    const [place = '', operator = ''] = name.split(' ');
    return `${by > 0 ? '+' : '-'}${Math.abs(by)} ${isOne ? operator : `${operator} on ${place}`}`;
  });
  const rest = changes.length > mostTold ? `, ${changes.length - mostTold} more` : '';
  const [before, after] = [nodesIn(base), nodesIn(ours)];
  const nodes = before === after ? `${after} nodes as before` : `${before} -> ${after} nodes`;
  return `optimized graph: ${nodes} (${told.join(', ')}${rest})`;
}
