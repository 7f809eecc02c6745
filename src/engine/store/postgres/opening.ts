import type { Found, StoredReplay } from '../journal.ts';
import { JournalError } from '../journal-error.ts';
import type { Connection, Query } from './connection.ts';

/**
 * A registry is moved into the schema: until that is over nobody opens it.
 * @param tag of the registry, which it keeps
 * @throws JournalError where it holds another one, or events of its own
 */
export async function beginMoving({ query }: Connection, tag: string): Promise<void> {
  const [moving] = await query("select value from meta where key = 'moving'", []);
  if (moving?.['value'] === tag) return;
  const [event] = await query('select 1 from events limit 1', []);
  if (moving || event)
    throw new JournalError('failed', 'the schema holds events already: move into one that holds none');
  await query("update meta set value = $1 where key = 'tag'", [tag]);
  await query("insert into meta values('moving', $1)", [tag]);
}

export async function endMoving({ query }: Connection): Promise<void> {
  await query("delete from meta where key = 'moving'", []);
}

/** @throws JournalError while a registry is moved into it */
export async function refuseMoving({ query }: Connection): Promise<void> {
  const [moving] = await query("select 1 from meta where key = 'moving'", []);
  if (moving)
    throw new JournalError(
      'failed',
      'a registry is being moved into the schema: wait for that to end, or begin it again where it was cut off',
    );
}

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
