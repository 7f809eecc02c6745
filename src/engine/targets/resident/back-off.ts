const firstMs = 1000;
const lastMs = 60_000;

/** How long a program that died is left alone: 1 s, doubled to 60 s with each death until one succeeds. */
export class BackOff {
  #deaths = 0;
  #until = 0;

  /** When it may be started again, on the clock of `died`. */
  get until(): number {
    return this.#until;
  }

  died(now: number): void {
    this.#until = now + Math.min(firstMs * 2 ** this.#deaths, lastMs);
    this.#deaths++;
  }

  succeeded(): void {
    this.#deaths = 0;
  }
}
