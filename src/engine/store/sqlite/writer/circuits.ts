import type { DatabaseSync } from 'node:sqlite';
import type { StoredCircuit } from '../../journal.ts';
import { keepable } from '../../keepable.ts';

/** Keeps circuits that are not closed; they survive a restart, an endpoint that is gone most of all. */
export function circuitsOn(db: DatabaseSync) {
  const keep = db.prepare(
    `insert into circuits(handler_id, state, since, error) values(?, ?, ?, ?)
     on conflict(handler_id) do update set state = excluded.state, since = excluded.since, error = excluded.error`,
  );
  const remove = db.prepare('delete from circuits where handler_id = ?');
  return {
    save({ handler, state, since, error }: StoredCircuit): void {
      if (state === 'closed') remove.run(handler);
      else keep.run(handler, state, since, keepable(error));
    },
  };
}
