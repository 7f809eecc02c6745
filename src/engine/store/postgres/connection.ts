import pg from 'pg';

export type Row = Readonly<Record<string, unknown>>;
/** Runs a statement; those of one connection are sent at once and carried out one after the other. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

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

/** A connection whose statements do not wait for one another's answers. */
export class Connection {
  readonly #client: pg.Client;
  readonly #names = new Map<string, string>();

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** @param schema that tables are looked for in */
  static async open(url: string, schema: string): Promise<Connection> {
    const client = new pg.Client({
      connectionString: url,
      types: types as never,
      pipeline: true,
      application_name: 'node-red-contrib-provisioning',
      options: `-c search_path=${schema} -c synchronous_commit=on`,
    } as pg.ClientConfig);
    client.on('error', () => undefined);
    await client.connect();
    return new Connection(client);
  }

  readonly query: Query = async (text, values) => {
    const { rows } = await this.#client.query({
      text,
      ...(values && { name: this.#nameOf(text), values: [...values] }),
    });
    return rows;
  };

  /** A statement is planned once. */
  #nameOf(text: string): string {
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
