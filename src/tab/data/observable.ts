/** Something that changes, and tells those who watch. */
export class Observable {
  readonly #observers = new Set<() => void>();

  /** @returns what ends it */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  protected changed(): void {
    for (const observer of this.#observers) observer();
  }
}
