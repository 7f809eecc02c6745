import { Conflict } from '../../words/errors.ts';
import type { Store, StoreLocation, StoreOptions } from '../store.ts';
import { Connection } from './connection.ts';
import { KnownGroups } from './known-groups.ts';
import { foundIn, migrate, recover, workIn } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { PostgresLog } from './postgres-log.ts';
import { TableBook } from './table-book.ts';

/** A registry's store in a schema of PostgreSQL. */
/** @param how `drawsAhead` as in `GroupsOptions` */
export function postgresStore(
  url: string,
  schema: string,
  how: { readonly drawsAhead?: boolean } = {},
): StoreLocation {
  return { name: `the schema ${schema}`, open: (options) => openStore(url, schema, { ...options, ...how }) };
}

async function openStore(
  url: string,
  schema: string,
  options: StoreOptions & { readonly drawsAhead?: boolean },
): Promise<Store> {
  const connection = await Connection.open(url, schema);
  const upkeep = await Connection.open(url, schema);
  const open: { close(): Promise<void> }[] = [connection, upkeep];
  const close = async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  };
  try {
    await migrate(connection, schema);
    const groups = await KnownGroups.in(connection.query);
    await recover(connection, options.now, groups);
    const found = await foundIn(connection);
    const [meta] = await connection.query("select value as tag from meta where key = 'tag'", []);
    const tag = String(meta?.['tag']);
    const [last] = await connection.query(
      'select max(touched_at) as last from events where touched_at is not null',
      [],
    );
    const log = new PostgresLog({
      open: (how) => Connection.open(url, schema, how),
      tag,
      lock: `provisioning texts ${schema}`,
      parkedFor: options.parkedFor,
    });
    open.push(log);
    const journal = new PostgresJournal({
      connection,
      upkeep,
      tag,
      groups,
      found,
      foundWork: await workIn(connection),
      lockSeed: schema,
      lastTouched: Number(last?.['last'] ?? 0),
      onTrouble: options.onTrouble,
      drawsAhead: options.drawsAhead ?? true,
      onTouched: () => log.poke(),
    });
    open.push(journal);
    return {
      journal,
      log,
      handlers: await TableBook.read(upkeep.query, `provisioning handlers ${schema}`),
      notice: null,
      lost: new Promise(() => undefined),
      backUp: async () => {
        throw new Conflict('the registry is kept in PostgreSQL: back it up with pg_dump');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
