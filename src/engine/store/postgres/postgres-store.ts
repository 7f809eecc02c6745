import type { Store, StoreLocation, StoreOptions } from '../store.ts';
import { Connection } from './connection.ts';
import { FailureGroups } from './failure-groups.ts';
import { foundIn, migrate, recover, workIn } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';

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
  try {
    await migrate(connection, schema);
    await recover(connection, options.now);
    const found = await foundIn(connection);
    const [tag] = await connection.query("select value from meta where key = 'tag'", []);
    const [last] = await connection.query(
      'select max(touched_at) as last from events where touched_at is not null',
      [],
    );
    const journal = new PostgresJournal({
      connection,
      upkeep,
      tag: String(tag?.['value']),
      found,
      foundWork: await workIn(connection),
      failureGroups: await FailureGroups.read(connection.query),
      lockSeed: schema,
      lastTouched: Number(last?.['last'] ?? 0),
      onTrouble: options.onTrouble,
      drawsAhead: options.drawsAhead ?? true,
    });
    return {
      journal,
      log: undefined as never,
      handlers: undefined as never,
      notice: null,
      lost: new Promise(() => undefined),
      backUp: async () => undefined,
      close: async () => {
        await journal.close();
        await Promise.all([connection.close(), upkeep.close()]);
      },
    };
  } catch (error) {
    await Promise.all([connection.close(), upkeep.close()]);
    throw error;
  }
}
