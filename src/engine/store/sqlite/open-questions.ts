/** What a thread was asked, by what its answer names, and has not answered yet. */
export class OpenQuestions<Key> {
  readonly #asked = new Map<Key, PromiseWithResolvers<unknown>>();

  get size(): number {
    return this.#asked.size;
  }

  ask(key: Key): Promise<unknown> {
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(key, asked);
    return asked.promise;
  }

  /** @param error why there is no answer */
  settle(key: Key, error: Error | null, value?: unknown): void {
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    if (error) asked?.reject(error);
    else asked?.resolve(value);
  }

  refuse(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
