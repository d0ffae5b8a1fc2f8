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

/** No more chains at a time than there are cores: then a step finds the worker of the one before it still open. */
export class Lanes {
  readonly #slots = new Slots(availableParallelism());

  /** Takes a chain's cases, one after the other, once a lane is free. */
  take(chain: readonly Case[], body: (subject: Case) => Promise<unknown>): Promise<void> {
    return this.#slots.shared(async () => {
      for (const subject of chain) await body(subject);
    });
  }
}

/** Cases that are taken ahead. Whoever asks waits for the case's turn: out of turn it would find no open worker, and push another one out. */
export class Turns {
  readonly #take: (subject: Case) => Promise<unknown>;
  readonly #lanes = new Lanes();
  readonly #turns = new Map<string, Promise<void>>();

  constructor(take: (subject: Case) => Promise<unknown>) {
    this.#take = take;
  }

  /** Those that have no turn yet. */
  start(cases: readonly Case[]): void {
    for (const chain of chainsOf(cases.filter((subject) => !this.#turns.has(caseName(subject))))) {
      // A failure is told to whoever asks.
      const turn = this.#lanes.take(chain, this.#take).catch(() => undefined);
      for (const subject of chain) this.#turns.set(caseName(subject), turn);
    }
  }

  of(subject: Case): Promise<void> {
    return this.#turns.get(caseName(subject)) ?? Promise.resolve();
  }
}
