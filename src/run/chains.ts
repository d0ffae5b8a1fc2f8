/** Orders measuring so that workers are reused: what one worker can answer is asked one after the other, different workers side by side. */
import type { Case } from '../cases/case.ts';

/** What one worker can answer, one after the other: parity, memory and accuracy of an artifact on a backend. */
export function chainsOf(cases: readonly Case[]): readonly Case[][] {
  const chains = new Map<string, Case[]>();
  for (const subject of cases) {
    const name = `${subject.model}/${subject.artifact}/${subject.backend}`;
    chains.set(name, [...(chains.get(name) ?? []), subject]);
  }
  return [...chains.values()];
}
