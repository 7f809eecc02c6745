import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../words/errors.ts';
import { type Connection, Disconnected, type Query } from './connection.ts';

/** Ms before the first new try, and the longest pause between two. */
const firstPause = 20;
const longestPause = 1000;

interface Options {
  readonly open: () => Promise<Connection>;
  /** Ms without a connection after which it is given up. */
  readonly patience: number;
  /** Told why there is none now; null: there is one again. */
  readonly onChange: (why: string | null) => void;
}

/** A connection that is made anew when it is lost, until it is given up. */
export class KeptConnection {
  readonly #options: Options;
  readonly #givenUp = Promise.withResolvers<Error>();
  #now: Connection | undefined;
  #next = Promise.withResolvers<Connection>();
  #closed = false;
  /** Resolves when there was none for too long, with why. */
  readonly givenUp: Promise<Error> = this.#givenUp.promise;

  /** @throws Disconnected where there is none at first */
  static async open(options: Options): Promise<KeptConnection> {
    const kept = new KeptConnection(options);
    kept.#use(await options.open());
    return kept;
  }

  private constructor(options: Options) {
    this.#options = options;
    this.#next.promise.catch(() => undefined);
  }

  /** @throws Disconnected, at once while there is none */
  readonly query: Query = (text, values) =>
    this.#now ? this.#now.query(text, values) : Promise.reject(new Disconnected('it is tried again'));

  /** As soon as there is one. @throws Disconnected when it was given up or closed */
  connected(): Promise<Connection> {
    return this.#now ? Promise.resolve(this.#now) : this.#next.promise;
  }

  get isConnected(): boolean {
    return this.#now !== undefined;
  }

  async close(): Promise<void> {
    this.#end('it was closed');
    const connection = this.#now;
    this.#now = undefined;
    await connection?.close();
  }

  #use(connection: Connection): void {
    this.#now = connection;
    this.#next.resolve(connection);
    void connection.ended.then(() => this.#reconnect(connection));
  }

  async #reconnect(before: Connection): Promise<void> {
    if (this.#closed) return;
    this.#now = undefined;
    this.#next = Promise.withResolvers();
    this.#next.promise.catch(() => undefined);
    this.#options.onChange('the connection was lost');
    const lostAt = performance.now();
    for (let pause = firstPause; !this.#closed; pause = Math.min(2 * pause, longestPause)) {
      await sleep(pause);
      try {
        const connection = await this.#options.open();
        await connection.takeOverFrom(before);
        if (this.#closed) return void connection.close();
        this.#use(connection);
        this.#options.onChange(null);
        return;
      } catch (error) {
        if (performance.now() - lostAt > this.#options.patience) this.#giveUp(messageOf(error));
      }
    }
  }

  #giveUp(why: string): void {
    this.#end(why);
    this.#givenUp.resolve(new Disconnected(why));
  }

  #end(why: string): void {
    this.#closed = true;
    this.#next.reject(new Disconnected(why));
  }
}
