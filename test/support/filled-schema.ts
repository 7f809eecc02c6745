import { Connection } from '../../src/engine/store/postgres/connection.ts';
import { migrate } from '../../src/engine/store/postgres/migrate.ts';
import { stage } from '../../src/engine/store/stage.ts';

/** 2026-01-01T00:00:00Z, where every made journal begins; an event is accepted each 100 ms. */
export const beginning = 1_767_225_600_000;
export const everyMs = 100;

const handlers = "(array['crm', 'mail', 'dwh', 'billing', 'switch'])";
const types = "(array['clients.update', 'clients.create', 'accounts.update', 'accounts.create'])";
/** One of fifty of these is parked, failed, skipped, or cancelled, or runs; the others have succeeded. */
const statuses = `case n % 250 when 7 then 2 when 57 then 4 when 107 then 5 when 157 then 6 else 3 end`;

/**
 * Makes a schema with so many events and twice as many executions, as if they had run.
 * @returns a connection to it
 */
export async function fillSchema(
  url: string,
  schema: string,
  events: number,
  statistics: 'current' | 'missing',
): Promise<Connection> {
  const connection = await Connection.open({ connectionString: url }, schema);
  await migrate(connection, schema, 'registry');
  await leaveStatistics(connection);
  await fillTables(connection, events);
  if (statistics === 'current') await connection.query('analyze');
  return connection;
}

/** Nobody counts the rows of a schema, nor plans anew for that reason, until it is asked for. */
export async function leaveStatistics({ query }: Connection): Promise<void> {
  for (const table of ['events', 'bodies', 'executions'])
    await query(`alter table ${table} set (autovacuum_enabled = off)`);
}

/** The same in tables that are there, with seqs from this one on; statistics are left as they were. */
export async function fillTables({ query }: Connection, events: number, first = 1): Promise<void> {
  const numbers = `generate_series(${first}, ${first + events - 1}) as n`;
  await query('set synchronous_commit = off');
  await query(`insert into events(seq, event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, touched_at, hops,
      home, owner)
    select n, ${types}[1 + n % 4], (n % 5000)::text, 'clients:' || n % 5000, true, 'event-node',
      case n % 250 when 7 then ${stage.parked} when 57 then ${stage.failed} when 200 then ${stage.unclaimed} else ${stage.succeeded} end,
      n * 2, ${beginning} + n * ${everyMs}, (${beginning} + n * ${everyMs} + 50) * 1000, 0, 0, 0
    from ${numbers}`);
  await query(`insert into bodies(seq, payload)
    select n, '{"data":{"name":"Anna ' || n % 1000 || '","account":"acc-' || n || '"}}' from ${numbers}`);
  await query(`insert into executions(seq, event_seq, position, event_type, object_id, object_key, ordered, handler_id,
      handler_number, handler_name, handler_type, priority, stop, status, blocked, stale, unjudged, passed_by, retries,
      attempts, next_attempt_at, target, started_at, attempt_started_at, duration_ms, code, response, error, failure_group, owner)
    select n * 2 + k, n, k, ${types}[1 + n % 4], (n % 5000)::text, 'clients:' || n % 5000, true, ${handlers}[1 + (n + k) % 5],
      1, 'a handler', 'http', 10, false, ${statuses}, false, false, false, false, 0, 1,
      case n % 250 when 7 then ${beginning} + n * ${everyMs} end, 'POST http://a', ${beginning} + n * ${everyMs} + k * 3,
      ${beginning} + n * ${everyMs} + k * 3, 5 + n % 40, case when n % 250 in (7, 57) then 500 else 200 end,
      '{"ok":true}', case when n % 250 in (7, 57) then 'HTTP 500' end, case when n % 250 in (7, 57) then 1 + (n + k) % 5 end, 0
    from ${numbers}, generate_series(0, 1) as k`);
  await query(`insert into failure_groups(id, handler_id, kind)
    select n, ${handlers}[n], 'HTTP 500' from generate_series(1, 5) as n`);
}
