/** Progress on stderr: one line that is rewritten on a terminal, a line now and then elsewhere. */

/** Where nobody watches, a line each this many milliseconds shows that it lives. */
const quiet = 10_000;
const barWidth = 30;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #total = 0;
  #done = 0;
  #last = Date.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(total: number): void {
    this.#total = total;
    this.#done = 0;
    this.show('starting');
  }

  step(label: string): void {
    this.#done += 1;
    this.show(label);
  }

  show(label: string): void {
    const filled = Math.round((barWidth * this.#done) / Math.max(1, this.#total));
    const line = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${this.#done}/${this.#total} ${label}`;
    if (this.#stream.isTTY) this.#stream.write(`\r\u001b[K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
    else if (Date.now() - this.#last >= quiet) {
      this.#last = Date.now();
      this.#stream.write(`${line}\n`);
    }
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }
}
