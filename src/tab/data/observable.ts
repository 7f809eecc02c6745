/** Something that changes, and tells those who watch. */
export class Observable {
  readonly #observers = new Set<() => void>();

  /** @returns what ends it */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    if (this.#observers.size === 1) this.begin();
    return () => {
      if (this.#observers.delete(observer) && this.#observers.size === 0) this.end();
    };
  }

  protected changed(): void {
    for (const observer of this.#observers) observer();
  }

  /** Somebody watches from now on. */
  protected begin(): void {}

  /** Nobody watches any more. */
  protected end(): void {}
}
