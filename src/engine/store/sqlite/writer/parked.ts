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
    oldest: find('where handler_id = ? and blocked = 0 and seq > ? and status = 2 order by seq limit 1'),
    one: find('where seq = ? and status = 2'),
    stale: find('where handler_id = ? and stale = 1 and status = 2 order by seq limit ?'),
    all: find('indexed by parked_by_object where handler_id = ? and status = 2 limit ?'),
    nextAt: db.prepare(
      'select min(next_attempt_at) as at from executions where handler_id = ? and blocked = 0 and status = 2',
    ),
    run: db.prepare('update executions set status = 1, next_attempt_at = null where seq = ?'),
  };

  function start(handler: string, limit: number, at: number): ParkedBatch {
    const started: StartedParked[] = [];
    const failed: EndedParked[] = [];
    for (const row of sql.due.all(handler, at, limit) as unknown as Row[]) {
      isolated(
        () => void started.push(run(row)),
        (error) => void failed.push(fail(row, error, at)),
      );
    }
    const { at: nextAt } = sql.nextAt.get(handler) as { at: number | null };
    return { started, failed, nextAt };
  }

  /** The oldest one that its object lets run, after `after`, and from the beginning again. */
  function startProbe(handler: string, after: number, at: number): StartedParked | null {
    for (;;) {
      const found = sql.oldest.get(handler, after) ?? sql.oldest.get(handler, 0);
      if (!found) return null;
      const row = found as unknown as Row;
      const started = isolated<StartedParked | undefined>(
        () => run(row),
        (error) => void fail(row, error, at),
      );
      if (started) return started;
    }
  }

  function cancel({ which, why, limit, at }: CancelParked): EndedParked[] {
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

  return { start, startProbe, cancel };
}
