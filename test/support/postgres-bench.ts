import pg from 'pg';
import { openStore } from '../../src/engine/store/postgres/postgres-store.ts';
import type { StoreLocation } from '../../src/engine/store/store.ts';
import { CuttableServer } from './cuttable.ts';
import { eventually } from './eventually.ts';
import { sharedPostgres } from './postgres.ts';
import { PostgresAtOnce } from './postgres-at-once.ts';
import { StoreBench } from './store-bench.ts';
import type { WatchedStore } from './watched-store.ts';

/** One server is asked for all benches of a process. */
let atOnce: PostgresAtOnce | undefined;
let schemas = 0;

/**
 * An engine whose registry is kept in PostgreSQL, as its only instance. Its looks at what others do come each 50 ms of
 * the real time, whatever that of the test is.
 */
export class PostgresBench extends StoreBench {
  readonly #url: string;
  readonly #schema: string;
  readonly #client: pg.Client;
  readonly #atOnce: PostgresAtOnce;
  #way: CuttableServer;
  #trouble: string | null = null;
  #troubles = 0;
  #losses = 0;

  static async begin(): Promise<PostgresBench> {
    const { url } = await sharedPostgres();
    atOnce ??= new PostgresAtOnce(url);
    const client = new pg.Client({ connectionString: url, application_name: 'a test' });
    await client.connect();
    schemas += 1;
    return new PostgresBench(url, `bench_${process.pid}_${schemas}`, client, atOnce);
  }

  private constructor(url: string, schema: string, client: pg.Client, atOnce: PostgresAtOnce) {
    super();
    this.#url = url;
    this.#schema = schema;
    this.#client = client;
    this.#atOnce = atOnce;
    this.#way = new CuttableServer(url);
    // What one that is dead has left is due by the machine's clock.
    this.time.set(Date.now());
  }

  /** Who was taken for dead can't tell what came of its calls. */
  override get unheard(): number {
    return Math.ceil(this.#losses / 2);
  }

  select<Row>(sql: string): Row[] {
    return this.#atOnce.select(this.#schema, sql);
  }

  /** Where it was only cut off for a moment it is not opened anew. */
  override async reopened(): Promise<void> {
    if (this.#isFenced) return super.reopened();
    const looks = this.store?.looks ?? 0;
    await eventually('it is connected', () => this.#trouble === null && (this.store?.looks ?? 0) > looks);
    await this.settle();
  }

  override async end(): Promise<void> {
    await super.end();
    await this.#client.query(`drop schema if exists ${this.#schema} cascade`);
    await this.#client.end();
  }

  protected get place(): StoreLocation {
    return {
      name: this.#schema,
      check: 'that it runs',
      open: (options) =>
        openStore(this.#way.server, this.#schema, {
          ...options,
          registry: 'registry',
          version: '0.0.0',
          pollPause: 50,
          onTrouble: (trouble) => {
            this.#trouble = trouble;
            this.#troubles += 1;
            options.onTrouble(trouble);
          },
        }),
    };
  }

  /** Nobody waits until its lease is over: as its process is gone, who comes next declares it dead. */
  protected async kill(store: WatchedStore | undefined): Promise<void> {
    // What it does from now on it can't tell anybody.
    store?.crash().catch(() => undefined);
    this.#way.cutOff();
    this.#way = new CuttableServer(this.#url);
    await eventually('its sessions are over', () => this.#isAlone());
    if (store) await this.#bury();
  }

  /** In turns the others take it for dead, and its connections break. */
  protected async takeAway(): Promise<void> {
    this.#losses += 1;
    const before = this.#troubles;
    if (this.#isFenced) await this.#bury();
    else this.#way.cut();
    await eventually('it is told', () => this.#troubles > before || this.engine.state === 'error');
  }

  get #isFenced(): boolean {
    return this.#losses % 2 === 1;
  }

  async #bury(): Promise<void> {
    await this.#client.query(`update ${this.#schema}.instances set dead = true`);
    await this.#client.query('select pg_notify($1, $2)', [this.#schema, 'all']);
  }

  async #isAlone(): Promise<boolean> {
    const sql = `select 1 from pg_stat_activity where application_name = 'node-red-contrib-provisioning'`;
    return (await this.#client.query(sql)).rowCount === 0;
  }
}
