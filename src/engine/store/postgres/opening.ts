import type { Found, Work } from '../journal.ts';
import { type Connection, literal, type Query, quoted } from './connection.ts';
import { addGroups, type KnownGroups } from './known-groups.ts';
import { migrations } from './schema.ts';

const interrupted =
  'Node-RED ended while the handler was being called; whether it took the event is not known';

/** Before the id of the registry, in the comment on its schema. */
export const schemaComment = 'registry ';

/** Brings the schema to this version, all or nothing; who comes at the same time waits. */
export async function migrate({ query }: Connection, schema: string, registry: string): Promise<void> {
  await query('begin');
  try {
    await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`provisioning ${schema}`]);
    await query(`create schema if not exists ${quoted(schema)}`);
    await query(`comment on schema ${quoted(schema)} is ${literal(schemaComment + registry)}`);
    await query('create table if not exists schema_version(version integer not null)');
    const [row] = await query('select version from schema_version');
    const from = Number(row?.['version'] ?? 0);
    for (const step of migrations.slice(from)) await query(step);
    if (!row) await query('insert into schema_version values($1)', [migrations.length]);
    else if (from < migrations.length)
      await query('update schema_version set version = $1', [migrations.length]);
    await query('commit');
  } catch (error) {
    await query('rollback').catch(() => undefined);
    throw error;
  }
}

/** What a stop or crash left half done is put back to where it goes on from (rule 11). */
export async function recover(connection: Connection, now: number, groups: KnownGroups): Promise<void> {
  const { query } = connection;
  await query('begin');
  await query(`insert into attempts(execution_seq, attempt, started_at, duration_ms, code, response, error,
    request_headers, response_headers, sent_body, target)
    select seq, attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
    sent_body, case when handler_type = 'http' and request_headers is null then null else target end
    from executions where status = 1 and started_at is not null and attempts > 0`);
  await groupInterrupted(query, groups);
  await query(
    `update executions x set attempts = attempts + 1, attempt_started_at = coalesce(attempt_started_at, started_at),
     duration_ms = 0, code = null, response = null, error = $1, request_headers = null, response_headers = null,
     sent_body = null, next_attempt_at = $2,
     status = case (select stage from events e where e.seq = x.event_seq) when 5 then 0 else 2 end
     where status = 1 and started_at is not null`,
    [interrupted, now],
  );
  await query('update events set stage = 1 where stage = 2');
  await query(`update events set stage = 4, next_handler = (
    select handler_id from executions where event_seq = events.seq order by status <> 0, position limit 1
    ) where stage = 5`);
  await query('commit');
}

/** A call that was cut off has failed, too. */
async function groupInterrupted(query: Query, groups: KnownGroups): Promise<void> {
  const running = 'status = 1 and started_at is not null';
  const handlers = await query(`select distinct handler_id as id from executions where ${running}`, []);
  const made = handlers.map(({ id }) => groups.of(String(id), null, interrupted));
  if (made.length === 0) return;
  await query(addGroups, [JSON.stringify(made)]);
  for (const { id, handler } of made)
    await query(`update executions set failure_group = $1 where ${running} and handler_id = $2`, [
      id,
      handler,
    ]);
}

export async function foundIn({ query }: Connection): Promise<Found> {
  const [circuits, replays, alarms] = await Promise.all([
    query('select handler_id as handler, state, since, error from circuits', []),
    query(
      `select id, kind, filter, rate as "ratePerSecond", until, up_to as "upTo", cursor
       from bulk_replays where state = 'running' order by id`,
      [],
    ),
    query('select watch, key, alarm from alarms order by watch, key', []),
  ]);
  return { circuits, replays, alarms } as unknown as Found;
}

/** Who looks for it learns how much there is, and when parked executions are due. */
export async function workIn({ query }: Connection): Promise<Work> {
  const [due, parked] = await Promise.all([
    query(distinct('events', 'next_handler', 'stage = 4'), []),
    query(distinct('executions', 'handler_id', 'status = 2'), []),
  ]);
  return {
    emitted: [],
    ready: true,
    due: due.map(({ value }) => String(value)),
    parked: parked.map(({ value }) => ({ handler: String(value), at: 0 })),
  };
}

/** Steps from value to value along an index, instead of reading all of it. */
function distinct(table: string, column: string, where: string): string {
  return `with recursive steps as (
      (select min(${column}) as value from ${table} where ${where})
      union all
      select (select min(${column}) from ${table} where ${where} and ${column} > steps.value) from steps where steps.value is not null
    ) select value from steps where value is not null`;
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
