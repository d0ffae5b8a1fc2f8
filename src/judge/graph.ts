/** What a runtime made of a model before and after: the kernels of its optimized graph, counted. Deterministic: it stands beside time and never flakes. */
import type { Kernels } from '../backends/backend.ts';

/** Those that changed most; the JSON of a diff has all. */
const mostTold = 4;

const nodesIn = (kernels: Kernels): number => Object.values(kernels).reduce((sum, count) => sum + count, 0);

/** `optimized graph: 14 -> 17 nodes (+3 ReorderOutput)`; null where every kernel is as before. */
export function graphSentence(base: Kernels, ours: Kernels): string | null {
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
