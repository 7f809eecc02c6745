import type { DatabaseSync } from 'node:sqlite';
import type { ParkedRow, ParkedRows } from '../../../operations/rows.ts';

/** Finds parked executions, each way by an index of its own. */
export function parkedRowsOn(db: DatabaseSync): ParkedRows {
  const find = (which: string) =>
    db.prepare(
      `select seq, event_seq as event, handler_id as handler, attempts, next_attempt_at as dueAt from executions ${which}`,
    );
  const sql = {
    due: find(
      'where handler_id = ? and blocked = 0 and next_attempt_at <= ? and status = 2 order by next_attempt_at limit ?',
    ),
    // Where nothing is ordered, many of one object may wait: not all of them are gone through.
    after: find(
      `where seq in (select seq from executions
       where handler_id = ? and blocked = 0 and seq > ? and status = 2 order by seq limit 1000)
       and object_key is not ? order by seq limit 1`,
    ),
    one: find('where seq = ? and status = 2'),
    // `status < 3` is what the index of stale ones is limited to: only who says so may use it.
    stale: find('where handler_id = ? and stale = 1 and status = 2 and status < 3 order by seq limit ?'),
    all: find('indexed by parked_by_object where handler_id = ? and status = 2 limit ?'),
    nextAt: db.prepare(
      'select min(next_attempt_at) as at from executions where handler_id = ? and blocked = 0 and status = 2',
    ),
    objectOf: db.prepare('select object_key as object from executions where seq = ?'),
  };
  const rowsOf = (found: readonly unknown[]) => found as readonly ParkedRow[];
  const rowOf = (found: unknown) => found as ParkedRow | undefined;

  return {
    parkedDue: (handler, at, limit) => rowsOf(sql.due.all(handler, at, limit)),
    parkedAfter: (handler, after, otherThan) => rowOf(sql.after.get(handler, after, otherThan)),
    parked: (execution) => rowOf(sql.one.get(execution)),
    // There is no other instance.
    claimProbe: (_, at, last) => ({ elsewhere: false, last, at }),
    keepProbe: () => undefined,
    parkedOf: (handler, limit) => rowsOf(sql.all.all(handler, limit)),
    parkedStale: (handler, limit) => rowsOf(sql.stale.all(handler, limit)),
    nextDueAt: (handler) => (sql.nextAt.get(handler)?.['at'] ?? null) as number | null,
    objectOf: (execution) => sql.objectOf.get(execution)?.['object'] as string | undefined,
  };
}
