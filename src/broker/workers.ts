/** Every worker of a run. Closing ends all that live and lets no other start: what is still queued comes to its turn and is refused. */
import type { Backend } from '../backends/backend.ts';
import { Worker } from '../workers/worker.ts';
import type { WorkerOptions } from '../workers/worker.ts';

export class Workers {
  readonly #living = new Set<Worker>();
  readonly #closing = new AbortController();

  /** Aborted when the run closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  start(backend: Backend, options: WorkerOptions): Worker {
    this.#closing.signal.throwIfAborted();
    const worker = new Worker(backend, options);
    this.#living.add(worker);
    void worker.gone.then(() => this.#living.delete(worker));
    return worker;
  }

  /** Resolves when the last one is gone. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the run has been closed'));
    await Promise.all([...this.#living].map((worker) => worker.close()));
  }
}
