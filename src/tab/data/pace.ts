/** Lets something run at once, but not more often than every `ms`; what is asked for meanwhile runs once, later. */
export class Pace {
  readonly #run: () => void;
  readonly #ms: number;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(run: () => void, ms: number, now: () => number = () => performance.now()) {
    this.#run = run;
    this.#ms = ms;
    this.#now = now;
  }

  ask(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#last + this.#ms - this.#now();
    if (wait <= 0) this.#go();
    else this.#timer = setTimeout(() => this.#go(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #go(): void {
    this.#timer = undefined;
    this.#last = this.#now();
    this.#run();
  }
}
