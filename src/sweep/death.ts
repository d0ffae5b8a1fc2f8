/** From the way a point failed to its outcome: running out of memory has many faces, and none of them may read as anything else. Pure. */
import { wasKilled, type Failure } from '../broker/measurement.ts';
import type { Outcome } from './sweep.generated.ts';

export interface Death {
  readonly outcome: Outcome;
  readonly reason: string;
}

/** In the words of ONNX Runtime, PyTorch, TensorFlow, V8, wasm and the C++ library. */
const noMemory =
  /bad.?alloc|out.of.memory|\bOOM\b|allocat\w* (?:memory|failed)|allocation failed|(?:failed|unable) to (?:allocate|grow)|memory access out of bounds|invalid array (?:buffer )?length/i;

/** `exceeded`: that it went beyond the limit, as a sentence; null where it did not. */
export function deathOf({ kind, reason }: Pick<Failure, 'kind' | 'reason'>, exceeded: string | null): Death {
  if (exceeded !== null) return { outcome: 'out-of-memory', reason: exceeded };
  if (wasKilled({ kind, reason }))
    return { outcome: 'out-of-memory', reason: `${reason}, as the system does when memory runs out` };
  const said = firstLine(reason);
  if (kind !== 'timed-out' && noMemory.test(reason)) return { outcome: 'out-of-memory', reason: said };
  return { outcome: kind === 'unavailable' ? 'skipped' : kind, reason: said };
}

/** What a larger batch cannot mend either; null where it must be tried. */
export const endsSeries = ({ outcome }: Pick<Death, 'outcome'>, batch: number): string | null => {
  if (outcome === 'out-of-memory') return `not tried: memory ran out at batch ${batch}`;
  return outcome === 'timed-out' ? `not tried: batch ${batch} overran its deadline` : null;
};

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
