import type { Emission, Work } from '../journal/work.ts';

/** What the operations of a commit make runnable, gathered while they are carried out. */
export class Announcements {
  #emitted: Emission[] = [];
  #ready = false;
  readonly #due = new Set<string>();
  readonly #parked = new Map<string, number>();

  /** An event was emitted into a slot that an operation had to give. */
  emitted(emission: Emission): void {
    this.#emitted.push(emission);
  }

  /** An event became ready. */
  ready(): void {
    this.#ready = true;
  }

  /** An event became due for this handler. */
  due(handler: string): void {
    this.#due.add(handler);
  }

  /** A parked execution of this handler may run then. */
  parked(handler: string, at: number): void {
    this.#parked.set(handler, Math.min(this.#parked.get(handler) ?? at, at));
  }

  /** What is announced from now on can be taken back. Whoever looks for work that is not there finds none. */
  mark(): () => void {
    const emitted = this.#emitted.length;
    return () => {
      this.#emitted.length = emitted;
    };
  }

  /** All since the last time; undefined: nothing. */
  take(): Work | undefined {
    if (this.#emitted.length === 0 && !this.#ready && this.#due.size === 0 && this.#parked.size === 0)
      return undefined;
    const work = {
      emitted: this.#emitted,
      ready: this.#ready,
      due: [...this.#due],
      parked: Array.from(this.#parked, ([handler, at]) => ({ handler, at })),
    };
    this.clear();
    return work;
  }

  clear(): void {
    this.#emitted = [];
    this.#ready = false;
    this.#due.clear();
    this.#parked.clear();
  }
}
