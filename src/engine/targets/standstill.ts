/** How often it is looked whether the process runs, in ms, and how late such a look may come by itself. */
const lookEvery = 200;
const tolerated = 100;

/** Tells how long the process has stood still: paused with its machine, stopped by a signal, or busy with one turn. */
class Standstill {
  #watchers = 0;
  #looks: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #ms = 0;

  /** Looks from now on, until as many calls of `unwatch`. */
  watch(): void {
    this.#watchers++;
    if (this.#looks !== undefined) return;
    this.#lookedAt = performance.now();
    this.#looks = setInterval(() => this.#tick(), lookEvery).unref();
  }

  unwatch(): void {
    this.#watchers--;
  }

  /** Ms in all, as far as somebody watched: the difference of two answers tells what fell in between. */
  soFar(): number {
    const late = performance.now() - this.#lookedAt - lookEvery;
    if (late > tolerated) {
      this.#ms += late;
      this.#lookedAt += late;
    }
    return this.#ms;
  }

  #tick(): void {
    this.soFar();
    this.#lookedAt = performance.now();
    if (this.#watchers > 0) return;
    // Not with the last watcher: calls follow one another by the thousand.
    clearInterval(this.#looks);
    this.#looks = undefined;
  }
}

export const standstill = new Standstill();
