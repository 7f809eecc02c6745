import { Conflict } from '../../words/errors.ts';
import type { Store, StoreOptions } from '../store.ts';
import { Connection } from './connection.ts';
import { KeptConnection } from './kept-connection.ts';
import { KnownGroups } from './known-groups.ts';
import { foundIn, lastTouched, migrate, recover, schemaComment, tagOf, workIn } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { PostgresLog } from './postgres-log.ts';
import type { Server } from './server.ts';
import { TableBook } from './table-book.ts';

/** Ms without a connection after which others may have taken over what is under way here. */
const lease = 10_000;

export interface Options extends StoreOptions {
  /** The registry's id. */
  readonly registry: string;
  /** As in `GroupsOptions`. */
  readonly drawsAhead?: boolean;
  /** Ms without a connection after which the store is lost; a statement may take half of it. */
  readonly patience?: number;
}

/**
 * Opens the store of a registry in a schema, or begins it.
 * @throws JournalError, Disconnected
 */
export async function openStore(server: Server, schema: string, options: Options): Promise<Store> {
  const { patience = lease } = options;
  // Who does not answer holds up the others no longer than that.
  const writing = {
    settings: { idle_in_transaction_session_timeout: String(patience / 2) },
    patience: patience / 2,
  };
  const first = await Connection.open(server, schema);
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  };
  try {
    await migrate(first, schema, options.registry);
    const groups = await KnownGroups.in(first.query);
    await recover(first, options.now, groups);
    const tag = await tagOf(first);
    let tell: (why: string | null) => void = () => undefined;
    const keep = async (onChange: (why: string | null) => void) => {
      const kept = await KeptConnection.open({
        open: () => Connection.open(server, schema, writing),
        patience,
        onChange,
      });
      open.push(kept);
      return kept;
    };
    const connection = await keep((why) => tell(why));
    const upkeep = await keep(() => undefined);
    const log = new PostgresLog({
      open: (how) => Connection.open(server, schema, how),
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
      found: await foundIn(first),
      foundWork: await workIn(first),
      lockSeed: schema,
      lastTouched: await lastTouched(first),
      onTrouble: options.onTrouble,
      drawsAhead: options.drawsAhead ?? true,
      onTouched: () => log.poke(),
    });
    tell = (why) => journal.told(why);
    open.push(journal);
    return {
      journal,
      log,
      handlers: await TableBook.read(upkeep, `provisioning handlers ${schema}`),
      notice: null,
      lost: connection.givenUp,
      backUp: async () => {
        throw new Conflict('the registry is kept in PostgreSQL: back it up with pg_dump');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    await first.close();
  }
}

/** Ids of the registries that have a schema whose name begins so. */
export async function registriesIn(server: Server, prefix: string): Promise<string[]> {
  const connection = await Connection.open(server, 'pg_catalog');
  try {
    const rows = await connection.query(
      `select substr(comment, length($2) + 1) as registry
       from (select nspname, obj_description(oid, 'pg_namespace') as comment from pg_namespace) schemas
       where starts_with(nspname, $1) and starts_with(comment, $2)`,
      [`${prefix}_`, schemaComment],
    );
    return rows.map(({ registry }) => String(registry));
  } finally {
    await connection.close();
  }
}
