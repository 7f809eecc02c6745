import { createHash } from 'node:crypto';
import { messageOf } from '../../words/errors.ts';
import { JournalError } from '../journal-error.ts';
import type { StoreLocation } from '../store.ts';
import type { Stores } from '../stores.ts';
import type { Server } from './server.ts';

/** Bytes that a name may have in PostgreSQL. */
const longestName = 63;

interface Options {
  readonly server: Server;
  /** Of the schemas' names, as it is now. */
  readonly prefix: () => string;
  /** Of this package. */
  readonly version: string;
  /** Connections that a registry is read on, at most. */
  readonly poolSize?: number | undefined;
  /** As in the options of a store. */
  readonly lease?: number;
}

/** The stores of registries in a database of PostgreSQL: each has a schema of its own. */
export function postgresStores({ server, prefix, ...options }: Options): Stores {
  return {
    of: (registry) => location(server, schemaOf(prefix(), registry), { registry, ...options }),
    // Nobody knows of others while it can not be reached, or there is nothing to reach it with.
    async stored() {
      const schemas = await implementation()
        .then(({ schemasIn }) => schemasIn(server))
        .catch(() => []);
      return schemas.flatMap(({ schema, registry }) =>
        schema === schemaOf(prefix(), registry) ? registry : [],
      );
    },
    damaged: async () => [],
  };
}

function location(
  server: Server,
  schema: string,
  own: Omit<Options, 'server' | 'prefix'> & { readonly registry: string },
): StoreLocation {
  return {
    name: `the schema ${schema} of ${serverName(server)}`,
    check: 'that the database runs, and can be reached from here',
    open: async (options) => (await implementation()).openStore(server, schema, { ...options, ...own }),
  };
}

/** A name that no other registry's schema has. */
export function schemaOf(prefix: string, registry: string): string {
  const name = `${prefix}_${registry}`;
  if (name.length <= longestName) return name;
  const hash = createHash('sha256').update(registry).digest('hex');
  return `${prefix}_${hash}`.slice(0, longestName);
}

/** The client library is there only where it is needed. */
async function implementation() {
  try {
    return await import('./postgres-store.ts');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new JournalError(
      'failed',
      `the client library of PostgreSQL is missing: run "npm install pg" in Node-RED's user directory and restart Node-RED (${messageOf(error)})`,
    );
  }
}

/** For people. */
export function serverName({ connectionString, host = 'localhost', database }: Server): string {
  if (connectionString === undefined) return database === undefined ? host : `${database} on ${host}`;
  // Never with its password.
  try {
    const { host: at, pathname } = new URL(connectionString);
    return `${pathname.slice(1)} on ${at}`;
  } catch {
    return 'the configured database';
  }
}
