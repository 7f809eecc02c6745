import pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;
/** Runs a statement; those of one connection are sent at once and carried out one after the other. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Ms after which a server that does not answer is given up. */
const connectionTimeout = 10_000;

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

export interface ConnectionOptions {
  /** Of the session, by name; they are words and numbers. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether each statement is planned once, or each time by its values. */
  readonly planned?: 'once' | 'each time';
}

/** A connection whose statements do not wait for one another's answers. */
export class Connection {
  readonly #client: pg.Client;
  readonly #names: Map<string, string> | undefined;
  #lost = false;

  private constructor(client: pg.Client, planned: 'once' | 'each time') {
    this.#client = client;
    this.#names = planned === 'once' ? new Map() : undefined;
    client.on('end', () => {
      this.#lost = true;
    });
  }

  /** @param schema that tables are looked for in */
  static async open(
    url: string,
    schema: string,
    { settings = {}, planned = 'once' }: ConnectionOptions = {},
  ): Promise<Connection> {
    const all = { search_path: schema, synchronous_commit: 'on', ...settings };
    const client = new pg.Client({
      connectionString: url,
      types: types as never,
      pipeline: true,
      connectionTimeoutMillis: connectionTimeout,
      application_name: 'node-red-contrib-provisioning',
      options: Object.entries(all)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    } as pg.ClientConfig);
    client.on('error', () => undefined);
    await client.connect();
    return new Connection(client, planned);
  }

  /** It can not be used any more. */
  get lost(): boolean {
    return this.#lost;
  }

  readonly query: Query = async (text, values) => {
    const name = values && this.#nameOf(text);
    const { rows } = await this.#client.query({
      text,
      ...(name !== undefined && { name }),
      ...(values && { values: [...values] }),
    });
    return rows;
  };

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

  async close(): Promise<void> {
    await this.#client.end();
  }
}
