const most = 64;

/**
 * How many executions to ask the journal for, when it is not known how many there are. Places are reserved for all
 * of them while it looks, so it is asked for few until it turns out that there are many.
 */
export class Portion {
  #size = 1;

  get size(): number {
    return this.#size;
  }

  /** It gave `got` of the `asked` ones. */
  learn(got: number, asked: number): void {
    this.#size = got < asked ? Math.max(1, got) : Math.min(most, Math.max(this.#size, 2 * asked));
  }
}
