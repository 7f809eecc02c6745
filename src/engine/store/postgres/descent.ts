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
    from unnest(array['event_seqs', 'execution_seqs', pg_get_serial_sequence('instances', 'id'),
      pg_get_serial_sequence('bulk_replays', 'id')]::regclass[]) as name`,
};

/** What was known of the database says nothing of the one that is there now. */
export class Replaced extends Disconnected {
  constructor() {
    super('another server, or an earlier state, is in its place: it is opened anew');
  }
}

/**
 * Where the database comes from. One that goes on from a copy may lack what came last: the numbers of that are left
 * out, so that no id names two events. To be asked on each connection before it writes.
 * @returns null where the server does not tell
 */
export async function descentOf({ query }: Pick<Connection, 'query'>): Promise<string | null> {
  const row = await query(sql.descent, []).then(([one]) => one, unknown);
  if (row === undefined) return null;
  const descent = String(row['now']);
  const [known] = await query(sql.known, []);
  if (!known) await query(sql.begin, [descent]);
  else if (known['value'] !== descent) await change(query, descent);
  return descent;
}

async function change(query: Connection['query'], descent: string): Promise<void> {
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
