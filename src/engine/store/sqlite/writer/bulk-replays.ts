import type { DatabaseSync } from 'node:sqlite';
import type { BeginReplay, ContinuedReplay, ContinueReplay, StoredReplay } from '../../journal.ts';
import type { Isolation } from './isolation.ts';
import type { Replays } from './replays.ts';

/** Bulk replays that are remembered, for people. */
const remembered = 1000;

/** Replays of all that matched a filter: how far each has come is kept with what it has let go, in one write. */
export class BulkReplays {
  readonly #replays: Replays;
  readonly #isolation: Isolation;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, replays: Replays, isolation: Isolation) {
    this.#replays = replays;
    this.#isolation = isolation;
    this.#sql = prepare(db);
  }

  begin({ filter, ratePerSecond, matched, until, by, at }: BeginReplay): StoredReplay {
    const { lastInsertRowid } = this.#sql.begin.run(filter, ratePerSecond, matched, until, by, at);
    const id = Number(lastInsertRowid);
    this.#sql.forget.run(id - remembered);
    return { id, filter, ratePerSecond, until, cursor: 0 };
  }

  continue({ id, events, cursor, ends, callable, at }: ContinueReplay): ContinuedReplay {
    if (!this.#sql.running.get(id)) return { running: false, replayed: 0 };
    let replayed = 0;
    for (const executions of events) {
      const answer = this.#isolation.run(
        () => this.#replays.replay({ which: { executions }, callable, at }),
        () => undefined,
      );
      if (answer?.outcome !== 'replaying') continue;
      replayed += answer.executions.length;
    }
    this.#sql.advance.run(replayed, cursor, id);
    if (ends) this.#sql.end.run('done', at, id);
    return { running: !ends, replayed };
  }

  cancel(id: number, at: number): 'cancelled' | 'over' | 'unknown' {
    if (this.#sql.end.run('cancelled', at, id).changes > 0) return 'cancelled';
    return this.#sql.known.get(id) ? 'over' : 'unknown';
  }
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare(
      'insert into bulk_replays(filter, rate, matched, until, by, started_at) values(?, ?, ?, ?, ?, ?)',
    ),
    forget: db.prepare("delete from bulk_replays where id <= ? and state <> 'running'"),
    known: db.prepare('select 1 from bulk_replays where id = ?'),
    running: db.prepare("select 1 from bulk_replays where id = ? and state = 'running'"),
    advance: db.prepare('update bulk_replays set replayed = replayed + ?, cursor = ? where id = ?'),
    end: db.prepare("update bulk_replays set state = ?, ended_at = ? where id = ? and state = 'running'"),
  };
}
