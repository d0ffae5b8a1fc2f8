/** Orders measuring so that workers are reused: what one worker can answer is asked one after the other, different workers side by side. */
import { availableParallelism } from 'node:os';
import { Slots } from '../broker/slots.ts';
import type { Case } from '../cases/case.ts';
import { caseName } from '../cases/case.ts';

/** What one worker can answer, one after the other: parity, memory and accuracy of an artifact on a backend. */
export function chainsOf(cases: readonly Case[]): readonly Case[][] {
  const chains = new Map<string, Case[]>();
  for (const subject of cases) {
    const name = `${subject.model}/${subject.artifact}/${subject.backend}`;
    chains.set(name, [...(chains.get(name) ?? []), subject]);
  }
  return [...chains.values()];
}

/** No more chains at a time than there are cores: then a step finds the worker of the one before it still open. One promise a chain. */
export function inLanes(
  chains: readonly (readonly Case[])[],
  body: (subject: Case) => Promise<unknown>,
): readonly Promise<void>[] {
  const lanes = new Slots(availableParallelism());
  return chains.map((chain) =>
    lanes.shared(async () => {
      for (const subject of chain) await body(subject);
    }),
  );
}

/** Cases that are taken ahead. Whoever asks waits for the case's turn: out of turn it would find no open worker, and push another one out. */
export class Turns {
  readonly #take: (subject: Case) => Promise<unknown>;
  readonly #turns = new Map<string, Promise<void>>();

  constructor(take: (subject: Case) => Promise<unknown>) {
    this.#take = take;
  }

  /** Those that have no turn yet. */
  start(cases: readonly Case[]): void {
    const chains = chainsOf(cases.filter((subject) => !this.#turns.has(caseName(subject))));
    for (const [index, turn] of inLanes(chains, this.#take).entries()) {
      // A failure is told to whoever asks.
      const settled = turn.catch(() => undefined);
      for (const subject of chains[index] ?? []) this.#turns.set(caseName(subject), settled);
    }
  }

  of(subject: Case): Promise<void> {
    return this.#turns.get(caseName(subject)) ?? Promise.resolve();
  }
}
