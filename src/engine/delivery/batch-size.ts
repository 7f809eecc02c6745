/**
 * How many to ask the journal for, when it is not known how many there are. Slots are reserved for all of them while
 * it looks, so it is asked for few until it turns out that there are many.
 */
export class BatchSize {
  readonly #most: number;
  #size = 1;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** It gave `got` of the `asked` ones. */
  learn(got: number, asked: number): void {
    this.#size = got < asked ? Math.max(1, got) : Math.min(this.#most, Math.max(this.#size, 2 * asked));
  }
}
