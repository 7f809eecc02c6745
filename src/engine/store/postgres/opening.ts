import type { StoredReplay } from '../journal/replay.ts';
import type { Found } from '../journal.ts';
import type { Connection, Query } from './connection.ts';

/** @param me this instance: of what is done with many it finds what nobody else does */
export async function foundIn({ query }: Connection, me: number): Promise<Found> {
  const [circuits, replays, alarms] = await Promise.all([
    query("select handler_id as handler, state, since, error from circuits where state <> 'closed'", []),
    claimReplays(query, me),
    query('select watch, key, alarm from alarms order by watch, key', []),
  ]);
  return { circuits, replays, alarms } as unknown as Found;
}

const claim = `with claimed as (
    update bulk_replays set runner = $1 where state = 'running' and runner is distinct from $1
      and (runner is null or not exists (select from instances where id = runner and not dead))
    returning id, kind, filter, rate as "ratePerSecond", until, up_to as "upTo", cursor
  ) select * from claimed order by id`;

/** What is done with many, and whose runner is gone, is this instance's from now on. */
export async function claimReplays(query: Query, me: number): Promise<readonly StoredReplay[]> {
  return (await query(claim, [me])) as unknown as readonly StoredReplay[];
}

/** Random, of this registry: by it its ids are told from those of others. */
export async function tagOf({ query }: Connection): Promise<string> {
  const [row] = await query("select value as tag from meta where key = 'tag'", []);
  return String(row?.['tag']);
}

/** When an event was touched last, in µs; 0: none was. */
export async function lastTouched({ query }: Connection): Promise<number> {
  const [row] = await query('select max(touched_at) as last from events where touched_at is not null', []);
  return Number(row?.['last'] ?? 0);
}
