import type { Connection } from './connection.ts';
import { type Ask, named } from './named-values.ts';

/**
 * Of a session that reads the log. All that the log asks for goes by an index that is there for it; statistics that are
 * old, or missing, must not lead elsewhere, and what is read to its end is never long enough for more than one worker.
 */
export const readerSettings = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
} as const;

/** Lets a transaction read what only a bitmap leads to: words. */
export const withBitmaps = 'set local enable_bitmapscan = on';

/** Reads on a few connections of its own, each of which is opened when it is needed. */
export class Readers {
  readonly #open: () => Promise<Connection>;
  readonly #most: number;
  readonly #idleTime: number;
  #idle: NodeJS.Timeout | undefined;
  readonly #free: Connection[] = [];
  readonly #reading = new Set<Promise<unknown>>();
  #closed = false;

  /** @param most connections at a time @param idleTime ms after which those are closed that nobody reads on */
  constructor(open: () => Promise<Connection>, most = 2, idleTime = 30_000) {
    this.#open = open;
    this.#most = most;
    this.#idleTime = idleTime;
  }

  /** Reads in a transaction, so that all statements of `work` see one moment. */
  async read<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    while (this.#reading.size >= this.#most) await Promise.race(this.#reading);
    this.#refuseClosed();
    const reading = Promise.withResolvers<void>();
    this.#reading.add(reading.promise);
    try {
      return await this.#read(work);
    } finally {
      this.#reading.delete(reading.promise);
      reading.resolve();
    }
  }

  /** Once what is being read has come to the end of its statement. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await Promise.all(this.#reading);
    await this.#closeFree();
  }

  /** A database has connections for so many only. */
  async #closeFree(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((connection) => connection.close()));
  }

  /** A connection on which something has failed is used no more: who knows in which state it is. */
  async #read<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const connection = this.#taken() ?? (await this.#open());
    const ask = named(async (text, values) => {
      this.#refuseClosed();
      return connection.query(text, values ?? []);
    });
    try {
      const begun = connection.query('begin isolation level repeatable read read only');
      const [, result] = await Promise.all([begun, work(ask)]);
      await connection.query('commit');
      this.#free.push(connection);
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#closeFree().catch(() => undefined), this.#idleTime).unref();
      return result;
    } catch (error) {
      void connection.close().catch(() => undefined);
      throw error;
    }
  }

  #taken(): Connection | undefined {
    for (let one = this.#free.pop(); one; one = this.#free.pop()) if (!one.lost) return one;
    return undefined;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error('it was closed');
  }
}
