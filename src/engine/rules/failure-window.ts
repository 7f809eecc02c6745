/** Whether so many failures fall into so many ms. It holds no more of them than it takes to say so. */
export class FailureWindow {
  readonly #count: number;
  readonly #ms: number;
  /** Ms since the epoch, oldest first. */
  readonly #times: number[] = [];

  constructor(count: number, ms: number) {
    this.#count = count;
    this.#ms = ms;
  }

  /** Whether it asks the same. */
  is(count: number, ms: number): boolean {
    return this.#count === count && this.#ms === ms;
  }

  add(at: number): void {
    this.#times.push(at);
    if (this.#times.length > this.#count) this.#times.shift();
  }

  /** Puts those before that came earlier, in any order. */
  precede(times: readonly number[]): void {
    const all = [...times, ...this.#times].sort((a, b) => a - b);
    this.#times.splice(0, this.#times.length, ...all.slice(-this.#count));
  }

  /** Until when there are too many, as it stands, and since when; undefined when there are not at this moment. */
  holds(now: number): { readonly since: number; readonly until: number } | undefined {
    const [oldest] = this.#times;
    if (oldest === undefined || this.#times.length < this.#count || oldest + this.#ms <= now)
      return undefined;
    return { since: oldest, until: oldest + this.#ms };
  }
}
