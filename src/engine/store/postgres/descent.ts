import { type Connection, Disconnected } from './connection.ts';

/** So many numbers are left out. */
const gap = 100_000_000;

const sql = {
  /** Another one wherever a standby was promoted, or a copy restored. */
  descent: `select concat_ws(' ', system_identifier, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), oid)
    as now from pg_control_system(), pg_namespace where nspname = current_schema()`,
  known: "select value from meta where key = 'descent'",
  begin: "insert into meta values('descent', $1) on conflict(key) do nothing",
  // Who comes at the same time waits, and finds it done.
  change: "update meta set value = $1 where key = 'descent' and value <> $1 returning 1",
  leaveOut: `select setval(name, nextval(name) + ${gap})
    from unnest(array['event_seqs', 'execution_seqs', pg_get_serial_sequence('instances', 'id')]::regclass[]) as name`,
};

/**
 * A database that goes on from a copy may lack what came last: these numbers are left out, so that no id names two
 * events. To be called on each connection before it writes.
 */
export async function leaveGap({ query }: Pick<Connection, 'query'>): Promise<void> {
  const descent = await query(sql.descent, []).then(([row]) => row?.['now'], unknown);
  if (descent === undefined) return;
  const [known] = await query(sql.known, []);
  if (known?.['value'] === descent) return;
  if (!known) return void (await query(sql.begin, [descent]));
  await query('begin');
  try {
    const [changed] = await query(sql.change, [descent]);
    if (changed) await query(sql.leaveOut, []);
    await query('commit');
  } catch (error) {
    await query('rollback').catch(() => undefined);
    throw error;
  }
}

/** There are servers that speak PostgreSQL and keep their log in another way. */
function unknown(error: unknown): undefined {
  if (error instanceof Disconnected) throw error;
}
