import type { DatabaseSync } from 'node:sqlite';
import type { BulkRows } from '../../../operations/rows.ts';

/** Bulk replays that are remembered, for people. */
const remembered = 1000;

export function bulkRowsOn(db: DatabaseSync): BulkRows {
  const sql = {
    add: db.prepare(
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

  return {
    add({ kind, filter, ratePerSecond, matched, until, upTo, by, at }) {
      const { lastInsertRowid } = sql.add.run(kind, filter, ratePerSecond, matched, until, upTo, by, at);
      const id = Number(lastInsertRowid);
      sql.forget.run(id - remembered);
      return id;
    },
    running: (id) => sql.running.get(id) as ReturnType<BulkRows['running']>,
    advance: (id, { replayed, looked }, cursor) => void sql.advance.run(replayed, looked, cursor, id),
    end: (id, state, at) => Number(sql.end.run(state, at, id).changes) > 0,
    isKnown: (id) => sql.known.get(id) !== undefined,
  };
}
