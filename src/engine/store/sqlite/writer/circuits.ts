import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredCircuit } from '../../journal.ts';

/** Circuits that are not closed; they survive a restart, an endpoint that is gone most of all. */
export class Circuits {
  readonly #save: StatementSync;
  readonly #remove: StatementSync;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(
      `insert into circuits(handler_id, state, since, error) values(?, ?, ?, ?)
       on conflict(handler_id) do update set state = excluded.state, since = excluded.since, error = excluded.error`,
    );
    this.#remove = db.prepare('delete from circuits where handler_id = ?');
  }

  save({ handler, state, since, error }: StoredCircuit): void {
    if (state === 'closed') this.#remove.run(handler);
    else this.#save.run(handler, state, since, error);
  }
}
