import type { DatabaseSync } from 'node:sqlite';

/** How many accepted events nobody has taken. Counted once, then kept along; `reset` after a rollback. */
export class Backlogged {
  readonly #db: DatabaseSync;
  #count = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.reset();
  }

  get count(): number {
    return this.#count;
  }

  add(difference: number): void {
    this.#count += difference;
  }

  reset(): void {
    this.#count = Number(this.#db.prepare('select count(*) as n from events where stage < 3').get()?.['n']);
  }
}
