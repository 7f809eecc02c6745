import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Cancelled, CancelParked, ParkedBatch, StartedParked } from '../../journal.ts';
import type { Isolation } from './isolation.ts';
import type { Steps } from './steps.ts';

/** The executions that wait: found by index when they may run, or ended (rules 6 to 9). */
export class Parked {
  readonly #steps: Steps;
  readonly #isolation: Isolation;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, steps: Steps, isolation: Isolation) {
    this.#steps = steps;
    this.#isolation = isolation;
    this.#sql = prepare(db);
  }

  start(handler: string, limit: number, at: number): ParkedBatch {
    const rows = this.#sql.due.all(handler, at, limit) as unknown as Row[];
    const started: StartedParked[] = [];
    const abandoned: Cancelled[] = [];
    for (const row of rows) {
      this.#isolation.run(
        () => void started.push(this.#run(row)),
        (error) => void abandoned.push(this.#abandon(row, error, at)),
      );
    }
    return { started, abandoned, nextAt: this.#nextAt(handler) };
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
        (error) => void this.#abandon(row, error, at),
      );
      if (started) return started;
    }
  }

  cancel({ which, why, limit, at }: CancelParked): Cancelled[] {
    const rows =
      'execution' in which
        ? this.#sql.one.all(which.execution)
        : which.stale
          ? this.#sql.stale.all(which.handler, limit)
          : this.#sql.all.all(which.handler, limit);
    return (rows as unknown as CancellableRow[]).map(({ seq, event, handler, attempts }) => {
      const change = { seq, handler, status: 'cancelled', attemptsBefore: attempts, error: why } as const;
      const settled = this.#steps.resettle({ event, changes: [change], at, emit: false });
      return { ...settled, execution: seq, event: this.#steps.load(event) };
    });
  }

  #run({ seq, event, dueAt }: Row): StartedParked {
    this.#sql.run.run(seq);
    return { execution: seq, event: this.#steps.load(event), dueAt };
  }

  #abandon({ seq, event }: Row, error: unknown, at: number): Cancelled {
    const why = `the journal could not keep that it begins: ${error instanceof Error ? error.message : error}`;
    const ended = this.#steps.abandon({ event, execution: seq, why, leaves: false, at, emit: false });
    // Neither can it be said that it has failed: it would be found again for ever.
    if (this.#sql.one.get(seq)) throw error;
    return { ...ended, skipped: [], execution: seq, event: this.#steps.load(event) };
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
