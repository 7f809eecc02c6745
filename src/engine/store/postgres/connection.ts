import type { Socket } from 'node:net';
import pg from 'pg';
import { messageOf, Unavailable, WriteRefused } from '../../words/errors.ts';
import { keepable } from '../keepable.ts';
import type { Server } from './server.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Runs a statement; those of one connection are sent at once and carried out one after the other. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Ms after which a server that does not answer is given up. */
const connectionTimeout = 5000;

/** Ms that one has to end that is closed. */
export const farewell = 5000;

const int8 = 20;
const int8s = 1016;

/** Numbers of PostgreSQL that JavaScript holds exactly: seqs, and times in µs. */
const types = {
  getTypeParser(oid: number, format?: string) {
    if (oid === int8) return Number;
    if (oid === int8s)
      return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/** There is no connection: what came of a statement that was under way is not known. */
export class Disconnected extends Unavailable {
  constructor(why: string) {
    super(`the database can not be reached: ${why}`);
  }
}

export interface ConnectionOptions {
  /** Of the session, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether each statement is planned once, or each time by its values. */
  readonly planned?: 'once' | 'each time';
  /** Ms after which a statement that is not answered breaks the connection; default: never. */
  readonly patience?: number | undefined;
}

/** What every session is to have, however the server, its databases and users are set up. */
const usual = {
  synchronous_commit: 'on',
  default_transaction_isolation: 'read committed',
  // Who is gone without a word holds up nobody, nor vacuum.
  idle_in_transaction_session_timeout: '60s',
};

/** By statements: poolers pass on none of what stands in the first message of a connection. */
const setAll =
  'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as settings(name, value)';

const ownSession =
  'select pid, backend_start::text as since from pg_stat_activity where pid = pg_backend_pid()';
const endSession = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1 and backend_start::text = $2`;

/** A connection whose statements do not wait for one another's answers. */
export class Connection {
  readonly #client: pg.Client;
  readonly #names: Map<string, string> | undefined;
  readonly #ended = Promise.withResolvers<void>();
  #lost = false;
  #gathering = false;
  /** As the server knows it. */
  #session: Row | undefined;
  /** Resolves when it can not be used any more. */
  readonly ended: Promise<void> = this.#ended.promise;

  private constructor(client: pg.Client, planned: 'once' | 'each time') {
    this.#client = client;
    this.#names = planned === 'once' ? new Map() : undefined;
    client.on('error', () => this.#end());
    client.on('end', () => this.#end());
  }

  /**
   * @param schema that tables are looked for in
   * @throws Disconnected
   */
  static async open(
    server: Server,
    schema: string,
    { settings = {}, planned = 'once', patience }: ConnectionOptions = {},
  ): Promise<Connection> {
    const connection = await Connection.bare(server, { planned, patience });
    try {
      await connection.#begin({ search_path: quoted(schema), ...usual, ...settings });
      return connection;
    } catch (error) {
      void connection.close().catch(() => undefined);
      throw error instanceof Disconnected ? error : new Disconnected(messageOf(error));
    }
  }

  /**
   * Of which nothing is asked yet.
   * @throws Disconnected
   */
  static async bare(
    server: Server,
    { planned = 'each time', patience = 0 }: Omit<ConnectionOptions, 'settings'> = {},
  ): Promise<Connection> {
    const client = new pg.Client({
      ...server,
      types: types as never,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: connectionTimeout,
      query_timeout: patience,
      application_name: 'node-red-contrib-provisioning',
    } as pg.ClientConfig);
    const connection = new Connection(client, planned);
    await client.connect().catch((error) => {
      throw new Disconnected(messageOf(error));
    });
    return connection;
  }

  /** It can not be used any more. */
  get lost(): boolean {
    return this.#lost;
  }

  /** @throws Disconnected, or what the server says */
  readonly query: Query = async (text, values) => {
    const name = values && this.#nameOf(text);
    const given = values?.map(keepable);
    this.#gather();
    try {
      const { rows } = await this.#client.query({
        text,
        ...(name !== undefined && { name }),
        ...(given && { values: given }),
      });
      return rows;
    } catch (error) {
      if (!isDisconnection(error)) throw error;
      this.#end();
      throw new Disconnected(messageOf(error));
    }
  };

  /** Is told of each notification that comes, on whichever channel. */
  onNotification(heard: (text: string) => void): void {
    this.#client.on('notification', ({ payload = '' }) => heard(payload));
  }

  /** Ends the session of a connection that was lost, if it can: it may wait for something, and be waited for. */
  async takeOverFrom(lost: Connection): Promise<void> {
    const session = lost.#session;
    if (!session) return;
    await this.query(endSession, [session['pid'], session['since']]).catch(() => undefined);
  }

  /** Once what is under way is answered, or nobody answers. */
  async close(): Promise<void> {
    const unanswered = setTimeout(() => this.break(), farewell).unref();
    await this.#client.end();
    clearTimeout(unanswered);
  }

  /** Nothing that is under way is answered any more. */
  break(): void {
    this.#stream.destroy();
  }

  /** All that is asked for in this turn leaves at once. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const stream = this.#stream;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }

  get #stream(): Socket {
    return (this.#client as unknown as { readonly connection: { readonly stream: Socket } }).connection
      .stream;
  }

  async #begin(settings: Readonly<Record<string, string>>): Promise<void> {
    const ask = async (text: string, values?: unknown[]) => {
      const question = { text, ...(values && { values }), query_timeout: connectionTimeout };
      return (await this.#client.query(question)).rows as Row[];
    };
    const [, [row], [session]] = await Promise.all([
      ask(setAll, [Object.keys(settings), Object.values(settings)]),
      ask('show transaction_read_only'),
      ask(ownSession),
    ]);
    this.#session = session;
    // After a fail-over the address may lead to the server that was the first one.
    if (row?.['transaction_read_only'] === 'on')
      throw new Disconnected('it takes no writes: it is a standby, or set to be read only');
  }

  /** A statement that is planned once has a name. */
  #nameOf(text: string): string | undefined {
    if (!this.#names) return undefined;
    let name = this.#names.get(text);
    if (name === undefined) {
      name = `s${this.#names.size}`;
      this.#names.set(text, name);
    }
    return name;
  }

  #end(): void {
    this.#lost = true;
    this.#ended.resolve();
  }
}

/** As a text in SQL. */
export function literal(text: string): string {
  return pg.escapeLiteral(text);
}

/** As a name in SQL. */
export function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

/** What the server itself has said has a code; of these, some say that it ends the connection, or takes none. */
function isDisconnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(?:57P0|08|53300)/.test(error.code ?? '');
}

/** Not the database's: of a value that a column does not take, or one that breaks a rule. Trying again is in vain. */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^2[23]/.test(error.code ?? '');
  return !(error instanceof Unavailable);
}

/** What keeps a statement from being carried out, as those above know it: whether to try again, and why. */
export function refusalOf(error: unknown): Error {
  if (error instanceof Unavailable) return error;
  if (isOwnFault(error)) return new WriteRefused(messageOf(error));
  return new Unavailable(`the database can not be written: ${messageOf(error)}`);
}

/** Two waited for each other, and this one was chosen to begin anew. */
export function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^40/.test(error.code ?? '');
}
