import type { DatabaseSync } from 'node:sqlite';
import { stage } from '../../src/engine/journal/stage.ts';

interface Waiting {
  readonly count: number;
  /** The event node that has accepted them. */
  readonly node: string;
  readonly eventType: string;
  /** Objects that they are of, in turn. */
  readonly objects: number;
  /** Ms since the epoch of the first; the others follow, a ms each. */
  readonly from: number;
}

/** Puts events into a journal that were accepted and not taken, as they stand after a crash. A million take a while. */
export function addWaitingEvents(db: DatabaseSync, { count, node, eventType, objects, from }: Waiting): void {
  const indexes = db
    .prepare(
      "select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name = 'events'",
    )
    .all();
  db.exec('begin');
  // A bulk load is several times faster when the indexes are built at the end.
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  const category = eventType.replace(/\.[^.]*$/, '');
  // Numbers are bound as reals: an integer stands in the text.
  db.prepare(
    `with recursive numbers(n) as (select 0 union all select n + 1 from numbers limit ${count})
     insert into events(event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, payload)
     select ?1, cast(n % ${objects} as text), ?2 || ':' || (n % ${objects}), 1, ?3, iif(n < ${objects}, ${stage.ready}, ${stage.behind}), 0, ${from} + n,
       json_object('event', json_object('dt', '2026-01-31T12:00:00+00:00', 'events_id', ?1, 'object_id', n % ${objects}),
         'data', json_object('n', n / ${objects} + 1, 'name', 'Anna ' || n, 'email', 'anna' || n || '@example.com'))
     from numbers`,
  ).run(eventType, category, node);
  db.exec('update events set turn = seq where turn = 0');
  for (const { sql } of indexes) db.exec(String(sql));
  db.exec('commit');
}
