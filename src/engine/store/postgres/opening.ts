import type { Found, StoredReplay } from '../journal.ts';
import { JournalError } from '../journal-error.ts';
import { type Connection, literal, type Query, quoted } from './connection.ts';
import { migrations } from './schema.ts';

/** Before the id of the registry, in the comment on its schema. */
export const schemaComment = 'registry ';

/**
 * Brings the schema to this version, all or nothing; who comes at the same time waits.
 * @throws JournalError where a newer version has written it
 */
export async function migrate({ query }: Connection, schema: string, registry: string): Promise<void> {
  await query('begin');
  try {
    await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`provisioning ${schema}`]);
    await query(`create schema if not exists ${quoted(schema)}`);
    await query(`comment on schema ${quoted(schema)} is ${literal(schemaComment + registry)}`);
    await query('create table if not exists schema_version(version integer not null)');
    const [row] = await query('select version from schema_version');
    const from = Number(row?.['version'] ?? 0);
    if (from > migrations.length)
      throw new JournalError(
        'newer',
        `the schema ${schema} was written by a newer version of this package (format ${from}, this one knows ${migrations.length}): update the package`,
      );
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
