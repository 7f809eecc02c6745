import { messageOf, Unavailable } from '../../words/errors.ts';
import type { ParkedFor } from '../../words/execution.ts';
import { Ids } from '../../words/ids.ts';
import { type LogQueries, QueriedLog, unreadable } from '../reading/queried-log.ts';
import { type Connection, type ConnectionOptions, farewell } from './connection.ts';
import { queriesOn } from './reader/queries.ts';
import { Readers, readerSettings } from './readers.ts';
import { indexerSession, TextIndex } from './search/text-index.ts';
import { TextSearch } from './search/text-search.ts';

/** Ms after which a statement that is not answered is given up: what is asked here takes seconds at most. */
const patience = 60_000;

export interface PostgresLogOptions {
  readonly open: (options: ConnectionOptions) => Promise<Connection>;
  readonly tag: string;
  /** By which one process at a time writes the text index. */
  readonly lock: string;
  /** Why an execution is parked: handlers are known above, not in the journal. */
  readonly parkedFor: (handler: string, blocked: boolean) => ParkedFor;
  /** Connections that it is read on, at most. */
  readonly poolSize?: number | undefined;
  /** As in TextSearch. */
  readonly hasOthers?: () => boolean;
  /** See TextIndex. */
  readonly sliceSize?: number;
}

/** The log of a journal in PostgreSQL, read on connections of its own. */
export class PostgresLog extends QueriedLog {
  readonly #readers: Readers;
  readonly #texts: TextSearch;
  readonly #queries: LogQueries;
  readonly #connections = new Set<Connection>();
  readonly #closing = Promise.withResolvers<never>();
  #closed = false;

  constructor({ open, tag, lock, parkedFor, poolSize, hasOthers, sliceSize }: PostgresLogOptions) {
    super(parkedFor);
    const opened = async (how: ConnectionOptions) => {
      const connection = await open({ ...how, patience });
      this.#connections.add(connection);
      void connection.ended.then(() => this.#connections.delete(connection));
      return connection;
    };
    this.#readers = new Readers(() => opened({ settings: readerSettings, planned: 'each time' }), poolSize);
    this.#texts = new TextSearch(new TextIndex(() => opened(indexerSession), lock, sliceSize), hasOthers);
    this.#queries = queriesOn(this.#readers, new Ids(tag), this.#texts);
    this.#closing.promise.catch(() => undefined);
    this.#texts.poke();
  }

  protected async answer(query: keyof LogQueries, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw new Unavailable('the execution log is closed');
    const ask = this.#queries[query] as (...given: readonly unknown[]) => Promise<unknown>;
    try {
      return await Promise.race([ask(...args), this.#closing.promise]);
    } catch (error) {
      throw new Unavailable(unreadable(messageOf(error)));
    }
  }

  /** Something was committed: the text index follows within 2 s. */
  poke(): void {
    this.#texts.poke();
  }

  /** Lets go of its connections; questions that are not answered yet are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.reject(new Error('it was closed'));
    const unanswered = setTimeout(() => {
      for (const connection of this.#connections) connection.break();
    }, farewell);
    await Promise.all([this.#readers.close(), this.#texts.close()]);
    clearTimeout(unanswered);
  }
}
