/** Keeps the last few workers open after their answers: accuracy follows parity on the same artifact, and opening it again costs more than waiting. */
import type { Worker } from '../workers/worker.ts';

export class Parking {
  readonly #places: number;
  readonly #parked = new Map<string, Worker>();

  /** `places`: workers that may wait at a time; each holds a model in memory. */
  constructor(places: number) {
    this.#places = places;
  }

  /** The waiting worker of this name, which now belongs to the caller. */
  take(name: string): Worker | undefined {
    const worker = this.#parked.get(name);
    this.#parked.delete(name);
    return worker;
  }

  /** Lets a worker wait; the one that waited longest makes room. */
  async park(name: string, worker: Worker): Promise<void> {
    const before = this.take(name);
    this.#parked.set(name, worker);
    const [oldest] = this.#parked.keys();
    const leaving = this.#parked.size > this.#places && oldest !== undefined ? this.take(oldest) : undefined;
    await Promise.all([before?.close(), leaving?.close()]);
  }
}
