import { Conflict } from '../../words/errors.ts';
import type { Store, StoreLocation, StoreOptions } from '../store.ts';
import { Connection } from './connection.ts';
import { KeptConnection } from './kept-connection.ts';
import { KnownGroups } from './known-groups.ts';
import { foundIn, lastTouched, migrate, recover, tagOf, workIn } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { PostgresLog } from './postgres-log.ts';
import { TableBook } from './table-book.ts';

/** Ms without a connection after which others may have taken over what is under way here. */
const lease = 10_000;

interface Options {
  /** As in `GroupsOptions`. */
  readonly drawsAhead?: boolean;
  /** Ms without a connection after which the store is lost; a statement may take half of it. */
  readonly patience?: number;
}

/** A registry's store in a schema of PostgreSQL. @param url `postgres://…` */
export function postgresStore(url: string, schema: string, how: Options = {}): StoreLocation {
  return { name: `the schema ${schema}`, open: (options) => openStore(url, schema, { ...options, ...how }) };
}

async function openStore(url: string, schema: string, options: StoreOptions & Options): Promise<Store> {
  const { patience = lease } = options;
  // Who does not answer holds up the others no longer than that.
  const writing = {
    settings: { idle_in_transaction_session_timeout: String(patience / 2) },
    patience: patience / 2,
  };
  const first = await Connection.open(url, schema);
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  };
  try {
    await migrate(first, schema);
    const groups = await KnownGroups.in(first.query);
    await recover(first, options.now, groups);
    const tag = await tagOf(first);
    let tell: (why: string | null) => void = () => undefined;
    const keep = async (onChange: (why: string | null) => void) => {
      const kept = await KeptConnection.open({
        open: () => Connection.open(url, schema, writing),
        patience,
        onChange,
      });
      open.push(kept);
      return kept;
    };
    const connection = await keep((why) => tell(why));
    const upkeep = await keep(() => undefined);
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
