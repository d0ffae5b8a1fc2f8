/** Does each named thing once, or what follows an object once; whoever asks again gets the same promise. */

export class Once {
  readonly #promises = new Map<unknown, Promise<unknown>>();

  do<T>(name: string | object, body: () => Promise<T>): Promise<T> {
    const known = this.#promises.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const fresh = body();
    this.#promises.set(name, fresh);
    return fresh;
  }

  /** The next one who asks does it again. */
  forget(name: string): void {
    this.#promises.delete(name);
  }
}
