/** What is wrong with a registry, and what to do about it; null while nothing is. */
export class Problem {
  #text: string | null = null;
  readonly #observers = new Set<(text: string | null) => void>();

  get text(): string | null {
    return this.#text;
  }

  become(text: string | null): void {
    if (text === this.#text) return;
    this.#text = text;
    for (const observer of this.#observers) observer(text);
  }

  /** Tells how it is, now and at each change. @returns what ends it */
  observe(observer: (text: string | null) => void): () => void {
    this.#observers.add(observer);
    observer(this.#text);
    return () => this.#observers.delete(observer);
  }
}
