import type { DatabaseSync } from 'node:sqlite';
import { otherKind } from '../../words/failure-kind.ts';
import { KnownKinds, mostOfHandler } from '../known-kinds.ts';

/** Gives each handler's kinds of failures their groups. */
export function failureGroupsIn(db: DatabaseSync) {
  const kinds = new KnownKinds();
  const sql = {
    known: db.prepare('select id from failure_groups where handler_id = ? and kind = ?'),
    count: db.prepare('select count(*) as n from failure_groups where handler_id = ?'),
    add: db.prepare('insert into failure_groups(handler_id, kind) values(?, ?) returning id'),
  };

  function idOf(handler: string, kind: string): number {
    const known = sql.known.get(handler, kind)?.['id'];
    if (known !== undefined) return Number(known);
    const isFull = Number(sql.count.get(handler)?.['n']) >= mostOfHandler;
    if (isFull && kind !== otherKind) return idOf(handler, otherKind);
    return Number(sql.add.get(handler, kind)?.['id']);
  }

  return (handler: string, code: number | null, error: string) => idOf(handler, kinds.of(code, error));
}

/** Rows that are read before they are written to. */
const atOnce = 1000;

/**
 * Groups the failures that were kept before there were groups, or were taken over from another journal, in the
 * caller's transaction. Rows are gone through once, in the order in which they lie.
 */
export function groupFailures(db: DatabaseSync): void {
  const groupOf = failureGroupsIn(db);
  const group = db.prepare('update executions set failure_group = ? where seq = ?');
  const next = db.prepare(
    `select seq, handler_id as handler, code, error from executions not indexed
     where seq > ? and status in (2, 4) and error is not null and failure_group is null order by seq limit ${atOnce}`,
  );
  for (let after = 0; ; ) {
    const rows = next.all(after) as unknown as readonly Failed[];
    for (const { seq, handler, code, error } of rows) group.run(groupOf(handler, code, error), seq);
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

interface Failed {
  readonly seq: number;
  readonly handler: string;
  readonly code: number | null;
  readonly error: string;
}
