import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CancelParked, EndedParked, ParkedBatch, StartedParked } from '../../journal.ts';
import type { Isolation } from './isolation.ts';
import { type Turns, unstarted } from './turns.ts';

/** The executions that wait: found by index when they may run, or ended (rules 6 to 9). */
export class Parked {
  readonly #turns: Turns;
  readonly #isolation: Isolation;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, turns: Turns, isolation: Isolation) {
    this.#turns = turns;
    this.#isolation = isolation;
    this.#sql = prepare(db);
  }

  start(handler: string, limit: number, at: number): ParkedBatch {
    const rows = this.#sql.due.all(handler, at, limit) as unknown as Row[];
    const started: StartedParked[] = [];
    const failed: EndedParked[] = [];
    for (const row of rows) {
      this.#isolation.run(
        () => void started.push(this.#run(row)),
        (error) => void failed.push(this.#fail(row, error, at)),
      );
    }
    return { started, failed, nextAt: this.#nextAt(handler) };
  }

  /** The oldest one that its object lets run, after `after`, and from the beginning again. */
  startProbe(handler: string, after: number, at: number): StartedParked | null {
    for (;;) {
      const row = (this.#sql.oldest.get(handler, after) ?? this.#sql.oldest.get(handler, 0)) as unknown as
        | Row
        | undefined;
      if (!row) return null;
      const started = this.#isolation.run<StartedParked | undefined>(
        () => this.#run(row),
        (error) => void this.#fail(row, error, at),
      );
      if (started) return started;
    }
  }

  cancel({ which, why, limit, at }: CancelParked): EndedParked[] {
    const rows =
      'execution' in which
        ? this.#sql.one.all(which.execution)
        : which.stale
          ? this.#sql.stale.all(which.handler, limit)
          : this.#sql.all.all(which.handler, limit);
    return (rows as unknown as CancellableRow[]).map(({ seq, event, handler, attempts }) => {
      const change = { seq, handler, status: 'cancelled', attemptsBefore: attempts, error: why } as const;
      const state = this.#turns.end({ event, change, at, emit: false });
      return { ...state, execution: seq, event: this.#turns.load(event) };
    });
  }

  #run({ seq, event, dueAt }: Row): StartedParked {
    this.#sql.run.run(seq);
    return { execution: seq, event: this.#turns.load(event), dueAt };
  }

  #fail({ seq, event }: Row, error: unknown, at: number): EndedParked {
    const state = this.#turns.fail(event, seq, unstarted(error), false, at);
    // Neither can it be said that it has failed: it would be found again for ever.
    if (this.#sql.one.get(seq)) throw error;
    return { ...state, execution: seq, event: this.#turns.load(event) };
  }

  #nextAt(handler: string): number | null {
    return (this.#sql.nextAt.get(handler) as { at: number | null }).at;
  }
}

interface Row {
  seq: number;
  event: number;
  dueAt: number | null;
}

interface CancellableRow extends Row {
  handler: string;
  attempts: number;
}

function prepare(db: DatabaseSync) {
  const prepared = (sql: string): StatementSync => db.prepare(sql);
  const columns = 'seq, event_seq as event, handler_id as handler, attempts, next_attempt_at as dueAt';
  return {
    due: prepared(
      `select ${columns} from executions where handler_id = ? and blocked = 0 and next_attempt_at <= ? and status = 2
       order by next_attempt_at limit ?`,
    ),
    oldest: prepared(
      `select ${columns} from executions where handler_id = ? and blocked = 0 and seq > ? and status = 2
       order by seq limit 1`,
    ),
    nextAt: prepared(
      'select min(next_attempt_at) as at from executions where handler_id = ? and blocked = 0 and status = 2',
    ),
    run: prepared('update executions set status = 1, next_attempt_at = null where seq = ?'),
    one: prepared(`select ${columns} from executions where seq = ? and status = 2`),
    stale: prepared(
      `select ${columns} from executions where handler_id = ? and stale = 1 and status = 2 order by seq limit ?`,
    ),
    all: prepared(
      `select ${columns} from executions indexed by parked_by_object where handler_id = ? and status = 2 limit ?`,
    ),
  };
}
