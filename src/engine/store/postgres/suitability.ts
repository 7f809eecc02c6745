import { JournalError } from '../journal-error.ts';
import { Connection } from './connection.ts';
import type { Server } from './server.ts';

/** PostgreSQL 14: `xid8`, `pg_xact_status` and `json_to_recordset` as they are needed. */
const oldest = 140_000;
/** Locks that a group of operations may need at a time. */
const locks = 4000;

/** Ms after which a server that does not answer is given up. */
const patience = 5000;

const settings = `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
  current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int as locks`;
const tryLock = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked';
const unlock = 'select pg_advisory_unlock(hashtextextended($1, 0))';

/**
 * As `suitabilityOf`. On connections of which nothing else is asked: where a pooler hands them to others, these are to
 * find them as they were.
 * @throws JournalError, Disconnected
 */
export async function examine(server: Server): Promise<string | null> {
  const one = await Connection.bare(server, { patience });
  try {
    const other = await Connection.bare(server, { patience });
    return await suitabilityOf(one, other).finally(() => other.close());
  } finally {
    await one.close();
  }
}

/**
 * Whether the rules can be kept with this server.
 * @param others another connection to it
 * @returns what is unwise about it, with what to do; null: nothing is
 * @throws JournalError saying what is missing
 */
export async function suitabilityOf(
  { query }: Pick<Connection, 'query'>,
  others: Pick<Connection, 'query'>,
): Promise<string | null> {
  const [server] = await query(settings).catch((error) => {
    throw unsuitable(`it does not say what it is (${error.message})`);
  });
  if (Number(server?.['version']) < oldest) throw unsuitable('it is older than PostgreSQL 14: update it');
  if (Number(server?.['locks']) < locks)
    throw unsuitable(
      `max_locks_per_transaction × max_connections is ${server?.['locks']}: set them so that it is ${locks} at least`,
    );
  if (!(await keepsLocks(query, others.query)))
    throw unsuitable(
      'its advisory locks keep nobody out, so that the order of events could not be kept (CockroachDB has none, and a pooler in transaction mode hands them to others): connect to a PostgreSQL directly',
    );
  if (server?.['fsync'] === 'on') return null;
  return 'the database runs with fsync = off: a crash of its machine loses what was acknowledged. Turn fsync on';
}

async function keepsLocks(query: Connection['query'], otherQuery: Connection['query']): Promise<boolean> {
  const key = [`provisioning ${Math.random()}`];
  const [own] = await query(tryLock, key).catch(() => []);
  if (!own?.['locked']) return false;
  try {
    const [other] = await otherQuery(tryLock, key);
    if (other?.['locked']) await otherQuery(unlock, key);
    return !other?.['locked'];
  } finally {
    await query(unlock, key);
  }
}

function unsuitable(why: string): JournalError {
  return new JournalError('failed', `the database can not be used: ${why}`);
}
