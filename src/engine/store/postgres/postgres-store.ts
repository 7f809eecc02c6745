import { hostname } from 'node:os';
import { Conflict, messageOf, Unavailable } from '../../words/errors.ts';
import { JournalError } from '../journal-error.ts';
import type { Store, StoreOptions } from '../store.ts';
import { Connection, type Query, quoted, refusalOf } from './connection.ts';
import { descentOf, Replaced } from './descent.ts';
import { Fenced } from './group.ts';
import { KeptConnection } from './kept-connection.ts';
import { KnownGroups } from './known-groups.ts';
import { Members } from './members.ts';
import { migrate, schemaComment } from './migrate.ts';
import { refuseMarked } from './move-mark.ts';
import { claimReplays, foundIn, lastTouched, tagOf } from './opening.ts';
import { PostgresJournal } from './postgres-journal.ts';
import { PostgresLog } from './postgres-log.ts';
import { ownPlace } from './process-place.ts';
import { Rounds, tellAll } from './rounds.ts';
import type { Server } from './server.ts';
import { SharedState } from './shared-state.ts';
import { examine } from './suitability.ts';
import { sweep } from './sweep.ts';
import { TableBook } from './table-book.ts';
import { TableCircuits } from './table-circuits.ts';
import { workIn } from './work.ts';

export interface Options extends StoreOptions {
  /** The registry's id. */
  readonly registry: string;
  /** Of this package. */
  readonly version: string;
  /** Connections that it is read on, at most. Default: 2. */
  readonly poolSize?: number | undefined;
  /** As in `GroupsOptions`. */
  readonly drawsAhead?: boolean;
  /**
   * Ms after which others take an instance for dead that was not seen, and after which it gives up the store itself
   * when it has no connection. A statement may take half of it. Default: 10,000.
   */
  readonly lease?: number;
  /** Ms between two looks at what others have left to do here, where nobody gives a hint. Default: 1000. */
  readonly pollPause?: number;
}

/**
 * Statements are planned once, perhaps while there is next to nothing in a table: each is to take the index that it is
 * made for, whatever the statistics say.
 */
const byIndexes = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
  enable_incremental_sort: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
} as const;

/** Ms that a statement may take by which a store is opened; another instance may be making its tables just then. */
const openingTime = 60_000;

/**
 * Opens the store of a registry in a schema, or begins it.
 * @throws JournalError, Disconnected
 */
export async function openStore(server: Server, schema: string, options: Options): Promise<Store> {
  const { lease = 10_000, pollPause = 1000 } = options;
  // Who does not answer holds up the others no longer than that.
  const writing = {
    settings: { idle_in_transaction_session_timeout: String(lease / 2), ...byIndexes },
    patience: lease / 2,
  };
  const channel = quoted(schema);
  const notice = await examine(server);
  const first = await Connection.open(server, schema, { patience: openingTime });
  const open: { close(): Promise<void> }[] = [];
  let leavesCalls = false;
  const close = async (callsUnderWay = false) => {
    leavesCalls = callsUnderWay;
    for (const one of open.splice(0).reverse()) await one.close();
  };
  let tell: (why: string | null) => void = () => undefined;
  let hear: (text: string) => void = () => undefined;
  const ended = Promise.withResolvers<Error>();
  const onFenced = () => ended.resolve(new Fenced());
  try {
    await migrate(first, schema, options.registry);
    await refuseMarked(first.query, schema);
    const descent = await descentOf(first);
    const connection = await KeptConnection.open({
      async open() {
        const one = await Connection.open(server, schema, writing);
        try {
          if ((await descentOf(one)) === descent) return one;
          ended.resolve(new Replaced());
          throw new Replaced();
        } catch (error) {
          void one.close().catch(() => undefined);
          throw error;
        }
      },
      patience: lease,
      onChange: (why) => tell(why),
    });
    open.push(connection);
    const groups = await KnownGroups.in(first.query);
    const upkeep = await KeptConnection.open({
      async open() {
        const one = await Connection.open(server, schema, writing);
        one.onNotification((text) => hear(text));
        return await one.query(`listen ${channel}`).then(
          () => one,
          (error) => {
            one.break();
            throw error;
          },
        );
      },
      patience: lease,
      onChange: () => undefined,
    });
    open.push(upkeep);
    const me = { name: hostname(), version: options.version, place: ownPlace() };
    const members = await Members.join(upkeep.query, schema, me, lease, options.now);
    const leave = async () => {
      await members.leave();
      await tellAll(upkeep.query, schema);
    };
    open.push({
      async close() {
        if (!leavesCalls) await leave().catch(() => undefined);
      },
    });
    // Whoever marks it looks for members then.
    await refuseMarked(first.query, schema);
    const sweepUp = async (dead: readonly number[]) => {
      if (dead.length === 0) return;
      const settings = { ...writing.settings, synchronous_commit: 'off' };
      const own = await Connection.open(server, schema, { ...writing, settings });
      const now = () => options.now() + members.ahead;
      await sweep({ query: own.query, lockSeed: schema, groups, now }, dead).finally(() => own.close());
    };
    await sweepUp(await members.look());
    await members.findLeft();
    const log = new PostgresLog({
      open: (how) => Connection.open(server, schema, how),
      poolSize: options.poolSize,
      tag: await tagOf(first),
      lock: `provisioning texts ${schema}`,
      parkedFor: options.parkedFor,
      hasOthers: () => members.others().length > 0,
    });
    open.push(log);
    const last = await lastTouched(first);
    const tellOthers = () => rounds.hint(members.others());
    const keep: Query = (text, values) =>
      upkeep.query(text, values).catch((error) => Promise.reject(refusalOf(error)));
    const circuits = new TableCircuits(keep, members.id, tellOthers);
    const handlers = await TableBook.read(upkeep, `provisioning handlers ${schema}`, tellOthers);
    const shared = new SharedState(upkeep.query, { book: handlers, circuits }, members.id, last);
    const journal = new PostgresJournal({
      connection,
      keep,
      tag: await tagOf(first),
      groups,
      members,
      circuits,
      found: await foundIn(first, members.id),
      foundWork: { ...(await workIn(first.query, members)), ready: true },
      lockSeed: schema,
      lastTouched: last,
      onTrouble: options.onTrouble,
      drawsAhead: options.drawsAhead ?? true,
      onTouched: () => log.poke(),
      onHints: (instances) => rounds.hint(instances),
      onFenced,
      onUnknown: (why) =>
        ended.resolve(
          new Unavailable(
            `the database does not say what was committed last (${why}): the registry is opened anew`,
          ),
        ),
    });
    tell = (why) => journal.told(why);
    open.push(journal);
    const rounds = new Rounds({
      connection: upkeep,
      members,
      channel: schema,
      pollPause,
      sweep: sweepUp,
      onWork: (work) => journal.tellWork(work),
      look: () => shared.look(),
      onFenced,
      // It is tried again soon, and what does not mend itself shows in the operations.
      onError: () => undefined,
    });
    open.push(rounds);
    hear = (text) => rounds.heard(text);
    return {
      journal,
      log,
      handlers,
      notice,
      lost: Promise.race([connection.givenUp, upkeep.givenUp, ended.promise]),
      instances: {
        own: members.id,
        list: () => members.all,
        ahead: () => members.ahead,
        inHand: () => shared.inHand(),
        equip(ofHandlers, eventNodes) {
          members.equip(ofHandlers, eventNodes);
          rounds.announce();
        },
        shareOf: (handler) => members.shareOf(handler),
        onMembers: (tell) => members.onChange(tell),
        onLook: (tell) => shared.onLook(tell),
        claimReplays: () => claimReplays(keep, members.id),
        changedElsewhere: () => shared.changedElsewhere(),
        // What this one has ended itself it has been told of first, also where it had to ask whether it was committed.
        passed: async (events) => {
          const passed = await shared.passed(events);
          await journal.answered();
          return passed;
        },
        onSwitched: (tell) => shared.onSwitched(tell),
        onCircuits: (tell) => shared.onCircuits(tell),
        countFailure: (handler) => circuits.count(handler),
        endProbe: (handler, error) => circuits.endProbe(handler, error),
      },
      backUp: async () => {
        throw new Conflict('the registry is kept in PostgreSQL: back it up with pg_dump');
      },
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof Unavailable || error instanceof JournalError) throw error;
    throw new Unavailable(`the database refuses: ${messageOf(error)}`);
  } finally {
    await first.close();
  }
}

/** The schemas that hold a registry, whoever has made them. */
export async function schemasIn(
  server: Server,
): Promise<readonly { readonly schema: string; readonly registry: string }[]> {
  const connection = await Connection.open(server, 'pg_catalog');
  try {
    const rows = await connection.query(
      `select nspname as schema, substr(comment, length($1) + 1) as registry
       from (select nspname, obj_description(oid, 'pg_namespace') as comment from pg_namespace) schemas
       where starts_with(comment, $1)`,
      [schemaComment],
    );
    return rows.map(({ schema, registry }) => ({ schema: String(schema), registry: String(registry) }));
  } finally {
    await connection.close();
  }
}
