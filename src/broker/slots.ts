/** Shares the machine: parity and accuracy take one slot each and run side by side, latency takes all and runs alone. First come, first served. */

export class Slots {
  readonly #total: number;
  #free: number;
  readonly #waiting: { readonly wanted: number; readonly start: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /** Runs `body` holding one slot. */
  shared<T>(body: () => Promise<T>): Promise<T> {
    return this.#hold(1, body);
  }

  /** Runs `body` while nothing else runs. */
  alone<T>(body: () => Promise<T>): Promise<T> {
    return this.#hold(this.#total, body);
  }

  async #hold<T>(wanted: number, body: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ wanted, start });
      this.#admit();
    });
    try {
      return await body();
    } finally {
      this.#free += wanted;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.wanted <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.wanted;
      next.start();
    }
  }
}
