import type { BeginReplay, ContinuedReplay, ContinueReplay, LetGo, StoredReplay } from '../../journal.ts';
import type { Deliveries } from './deliveries.ts';
import type { Replays } from './replays.ts';
import type { Shared } from './shared.ts';

/** Bulk replays that are remembered, for people. */
const remembered = 1000;

/** What is done with all that matched a filter: how far it has come is kept with what it has let go, in one write. */
export function bulkReplaysOn({ db, isolated }: Shared, replays: Replays, deliveries: Deliveries) {
  const sql = {
    begin: db.prepare(
      `insert into bulk_replays(kind, filter, rate, matched, until, up_to, by, started_at)
       values(?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    forget: db.prepare("delete from bulk_replays where id <= ? and state <> 'running'"),
    known: db.prepare('select 1 from bulk_replays where id = ?'),
    running: db.prepare("select by from bulk_replays where id = ? and state = 'running'"),
    advance: db.prepare(
      'update bulk_replays set replayed = replayed + ?, looked = looked + ?, cursor = ? where id = ?',
    ),
    end: db.prepare("update bulk_replays set state = ?, ended_at = ? where id = ? and state = 'running'"),
  };

  function begin({ matched, by, at, ...asked }: BeginReplay): StoredReplay {
    const { kind, filter, ratePerSecond, until, upTo } = asked;
    const { lastInsertRowid } = sql.begin.run(kind, filter, ratePerSecond, matched, until, upTo, by, at);
    const id = Number(lastInsertRowid);
    sql.forget.run(id - remembered);
    return { ...asked, id, cursor: 0 };
  }

  function advance({ id, letGo, cursor, looked, ends, at }: ContinueReplay): ContinuedReplay {
    const running = sql.running.get(id) as { readonly by: string | null } | undefined;
    if (!running) return { running: false, replayed: 0 };
    let replayed = 0;
    for (const one of eachOf(letGo, id, running.by, at)) {
      replayed += isolated(one, () => 0);
    }
    sql.advance.run(replayed, looked, cursor, id);
    if (ends) sql.end.run('done', at, id);
    return { running: !ends, replayed };
  }

  /** @returns what lets one of them go, and says how much that is */
  function eachOf(letGo: LetGo, id: number, by: string | null, at: number): readonly (() => number)[] {
    if ('missed' in letGo)
      return letGo.missed.map((event) => () => (deliveries.deliver(event, letGo.link, id, by, at) ? 1 : 0));
    if ('executions' in letGo) {
      const { callable } = letGo;
      return letGo.executions.map((executions) => () => {
        const answer = replays.replay({ which: { executions }, callable, by, at });
        return answer.outcome === 'replaying' ? answer.executions.length : 0;
      });
    }
    return letGo.events.map((event) => () => (replays.emit(event, letGo.emitters) ? 1 : 0));
  }

  function cancel(id: number, at: number): 'cancelled' | 'over' | 'unknown' {
    if (sql.end.run('cancelled', at, id).changes > 0) return 'cancelled';
    return sql.known.get(id) ? 'over' : 'unknown';
  }

  return { begin, advance, cancel };
}
