import type { Store, StoreLocation, StoreOptions } from '../store.ts';
import { Connection } from './connection.ts';
import { KnownGroups } from './known-groups.ts';
import { foundIn, migrate, recover, workIn } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';

/** A registry's store in a schema of PostgreSQL. */
export function postgresStore(url: string, schema: string): StoreLocation {
  return { name: `the schema ${schema}`, open: (options) => openStore(url, schema, options) };
}

async function openStore(url: string, schema: string, options: StoreOptions): Promise<Store> {
  const connection = await Connection.open(url, schema);
  try {
    await migrate(connection, schema);
    const groups = await KnownGroups.in(connection.query);
    await recover(connection, options.now, groups);
    const found = await foundIn(connection);
    const [tag] = await connection.query("select value from meta where key = 'tag'", []);
    const [last] = await connection.query(
      'select max(touched_at) as last from events where touched_at is not null',
      [],
    );
    const journal = new PostgresJournal({
      connection,
      tag: String(tag?.['value']),
      groups,
      found,
      foundWork: await workIn(connection),
      lockSeed: schema,
      lastTouched: Number(last?.['last'] ?? 0),
      onTrouble: options.onTrouble,
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
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
