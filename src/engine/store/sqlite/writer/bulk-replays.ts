import type { BeginReplay, ContinuedReplay, ContinueReplay, StoredReplay } from '../../journal.ts';
import type { Replays } from './replays.ts';
import type { Shared } from './shared.ts';

/** Bulk replays that are remembered, for people. */
const remembered = 1000;

/** Replays of all that matched a filter: how far each has come is kept with what it has let go, in one write. */
export function bulkReplaysOn({ db, isolated }: Shared, replays: Replays) {
  const sql = {
    begin: db.prepare(
      'insert into bulk_replays(filter, rate, matched, until, up_to, by, started_at) values(?, ?, ?, ?, ?, ?, ?)',
    ),
    forget: db.prepare("delete from bulk_replays where id <= ? and state <> 'running'"),
    known: db.prepare('select 1 from bulk_replays where id = ?'),
    running: db.prepare("select 1 from bulk_replays where id = ? and state = 'running'"),
    advance: db.prepare('update bulk_replays set replayed = replayed + ?, cursor = ? where id = ?'),
    end: db.prepare("update bulk_replays set state = ?, ended_at = ? where id = ? and state = 'running'"),
  };

  function begin({ filter, ratePerSecond, matched, until, upTo, by, at }: BeginReplay): StoredReplay {
    const id = Number(sql.begin.run(filter, ratePerSecond, matched, until, upTo, by, at).lastInsertRowid);
    sql.forget.run(id - remembered);
    return { id, filter, ratePerSecond, until, upTo, cursor: 0 };
  }

  function advance({ id, events, cursor, ends, callable, at }: ContinueReplay): ContinuedReplay {
    if (!sql.running.get(id)) return { running: false, replayed: 0 };
    let replayed = 0;
    for (const executions of events) {
      const answer = isolated(
        () => replays.replay({ which: { executions }, callable, at }),
        () => undefined,
      );
      if (answer?.outcome === 'replaying') replayed += answer.executions.length;
    }
    sql.advance.run(replayed, cursor, id);
    if (ends) sql.end.run('done', at, id);
    return { running: !ends, replayed };
  }

  function cancel(id: number, at: number): 'cancelled' | 'over' | 'unknown' {
    if (sql.end.run('cancelled', at, id).changes > 0) return 'cancelled';
    return sql.known.get(id) ? 'over' : 'unknown';
  }

  return { begin, advance, cancel };
}
