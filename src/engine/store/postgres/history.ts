import { type Connection, Disconnected } from './connection.ts';

/** What was known of the database says nothing of the one that is there now. */
export class Replaced extends Disconnected {
  constructor() {
    super('another server, or an earlier state, is in its place: it is opened anew');
  }
}

/** By so many, numbers go on from where they were: more than were ever given to what is lost. */
const spare = 100_000_000;

/** A server that was put in another's place, or in an earlier state, has a timeline of its own from then on. */
const current = `select (select system_identifier from pg_control_system())
  || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) as history`;
const known = "select value from meta where key = 'history' for update";
const keep = "insert into meta values('history', $1) on conflict(key) do update set value = excluded.value";
const goOn = `select setval(of, nextval(of) + ${spare}) from (values('event_seqs'), ('execution_seqs'),
  (pg_get_serial_sequence('instances', 'id')), (pg_get_serial_sequence('bulk_replays', 'id'))) sequences(of)`;

/**
 * The history that the server's state has come by. Where it is another one than before, what was written last may be
 * lost: nothing that comes gets the numbers of that, which receivers know.
 * @returns null where the server does not tell
 */
export async function historyOf({ query }: Pick<Connection, 'query'>): Promise<string | null> {
  const [row] = await query(current, []).catch(() => []);
  const history = row && String(row['history']);
  if (history === undefined) return null;
  await query('begin');
  try {
    const [before] = await query(known, []);
    if (before && before['value'] !== history) await query(goOn, []);
    if (before?.['value'] !== history) await query(keep, [history]);
    await query('commit');
    return history;
  } catch (error) {
    await query('rollback').catch(() => undefined);
    throw error;
  }
}
