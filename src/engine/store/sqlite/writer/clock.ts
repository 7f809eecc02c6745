import type { DatabaseSync } from 'node:sqlite';

/** Gives `touched_at` times, in µs: each later than the one before, whatever the machine's clock does. */
export class Clock {
  #last: number;
  #touched = false;

  constructor(db: DatabaseSync) {
    this.#last = Number(
      db.prepare('select max(touched_at) as last from events where touched_at is not null').get()?.['last'] ??
        0,
    );
  }

  /** @param now ms since the epoch */
  touch(now: number): number {
    this.#last = Math.max(this.#last + 1, now * 1000);
    this.#touched = true;
    return this.#last;
  }

  /** Whether a time was given since it was asked last. */
  takeTouched(): boolean {
    const touched = this.#touched;
    this.#touched = false;
    return touched;
  }
}
