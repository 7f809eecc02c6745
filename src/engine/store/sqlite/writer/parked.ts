import type { CancelParked, EndedParked, ParkedBatch, StartedParked } from '../../journal.ts';
import type { Shared } from './shared.ts';
import { type Turns, unstarted } from './turns.ts';

interface Row {
  readonly seq: number;
  readonly event: number;
  readonly handler: string;
  readonly attempts: number;
  readonly dueAt: number | null;
}

/** The executions that wait: found by index when they may run, or ended (rules 6 to 9). */
export function parkedOn({ db, isolated }: Shared, turns: Turns) {
  const find = (which: string) =>
    db.prepare(
      `select seq, event_seq as event, handler_id as handler, attempts, next_attempt_at as dueAt from executions ${which}`,
    );
  const sql = {
    due: find(
      'where handler_id = ? and blocked = 0 and next_attempt_at <= ? and status = 2 order by next_attempt_at limit ?',
    ),
    // Where nothing is ordered, many of one object may wait: not all of them are gone through.
    another: find(
      `where seq in (select seq from executions
       where handler_id = ? and blocked = 0 and seq > ? and status = 2 order by seq limit 1000)
       and object_key is not ? order by seq limit 1`,
    ),
    objectOf: db.prepare('select object_key as object from executions where seq = ?'),
    one: find('where seq = ? and status = 2'),
    // `status < 3` is what the index of stale ones is limited to: only who says so may use it.
    stale: find('where handler_id = ? and stale = 1 and status = 2 and status < 3 order by seq limit ?'),
    renew: db.prepare(
      'update executions set stale = 0 where handler_id = ? and stale = 1 and status < 2 and status < 3',
    ),
    all: find('indexed by parked_by_object where handler_id = ? and status = 2 limit ?'),
    nextAt: db.prepare(
      'select min(next_attempt_at) as at from executions where handler_id = ? and blocked = 0 and status = 2',
    ),
    run: db.prepare('update executions set status = 1, next_attempt_at = null where seq = ?'),
  };

  function start(handler: string, limit: number, at: number, last?: number): ParkedBatch {
    const started: StartedParked[] = [];
    const failed: EndedParked[] = [];
    const rows = last === undefined ? sql.due.all(handler, at, limit) : toProbe(handler, last);
    for (const row of rows as unknown as readonly Row[]) {
      isolated(
        () => void started.push(run(row)),
        (error) => void failed.push(fail(row, error, at)),
      );
    }
    const { at: nextAt } = sql.nextAt.get(handler) as { at: number | null };
    return { started, failed, nextAt };
  }

  /** The oldest one after the last, and from the beginning again, of another object; if there is none, of the same. */
  function toProbe(handler: string, last: number): readonly unknown[] {
    const lastObject = sql.objectOf.get(last)?.['object'] ?? null;
    for (const object of [lastObject, null])
      for (const after of [last, 0]) {
        const row = sql.another.get(handler, after, object);
        if (row) return [row];
      }
    return [];
  }

  function cancel({ which, why, limit, at }: CancelParked): EndedParked[] {
    if ('handler' in which && which.stale) sql.renew.run(which.handler);
    const rows =
      'execution' in which
        ? sql.one.all(which.execution)
        : (which.stale ? sql.stale : sql.all).all(which.handler, limit);
    return (rows as unknown as Row[]).map(({ seq, event, handler, attempts }) => {
      const change = { seq, handler, status: 'cancelled', attemptsBefore: attempts, error: why } as const;
      const state = turns.end({ event, change, at, emit: false });
      return { ...state, execution: seq, event: turns.load(event) };
    });
  }

  function run({ seq, event, dueAt }: Row): StartedParked {
    sql.run.run(seq);
    return { execution: seq, event: turns.load(event), dueAt };
  }

  function fail({ seq, event }: Row, error: unknown, at: number): EndedParked {
    const state = turns.fail(event, seq, unstarted(error), false, at);
    // Neither can it be said that it has failed: it would be found again for ever.
    if (sql.one.get(seq)) throw error;
    return { ...state, execution: seq, event: turns.load(event) };
  }

  return { start, cancel };
}
