import type { DatabaseSync } from 'node:sqlite';

/**
 * Gives out row numbers that are never given again, not even after the rows are pruned: the tables'
 * `autoincrement` remembers the highest one. `reset` after a rollback.
 */
export class Sequence {
  readonly #db: DatabaseSync;
  readonly #table: string;
  #last = 0;

  constructor(db: DatabaseSync, table: 'events' | 'executions') {
    this.#db = db;
    this.#table = table;
    this.reset();
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  reset(): void {
    const row = this.#db.prepare('select seq from sqlite_sequence where name = ?').get(this.#table);
    this.#last = Number(row?.['seq'] ?? 0);
  }
}
