import type { Found } from '../journal.ts';
import { JournalError } from '../journal-error.ts';
import { type Connection, literal, quoted } from './connection.ts';
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

export async function foundIn({ query }: Connection): Promise<Found> {
  const [circuits, replays, alarms] = await Promise.all([
    query("select handler_id as handler, state, since, error from circuits where state <> 'closed'", []),
    query(
      `select id, kind, filter, rate as "ratePerSecond", until, up_to as "upTo", cursor
       from bulk_replays where state = 'running' order by id`,
      [],
    ),
    query('select watch, key, alarm from alarms order by watch, key', []),
  ]);
  return { circuits, replays, alarms } as unknown as Found;
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
