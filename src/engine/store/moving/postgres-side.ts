import { messageOf } from '../../words/errors.ts';
import { JournalError } from '../journal-error.ts';
import { keepableJson } from '../keepable.ts';
import type { MoveMark } from '../move-mark.ts';
import { columnName, eventColumns, executionColumns } from '../postgres/columns.ts';
import { Connection, type Query, quoted } from '../postgres/connection.ts';
import { addGroups, groupIdOf } from '../postgres/known-groups.ts';
import { migrate } from '../postgres/migrate.ts';
import { markIn, reserve, setMark } from '../postgres/move-mark.ts';
import { tagOf } from '../postgres/opening.ts';
import { serverName } from '../postgres/postgres-stores.ts';
import { dropAllSlices } from '../postgres/search/slice-tables.ts';
import type { Server } from '../postgres/server.ts';
import { examine } from '../postgres/suitability.ts';
import { type RegistryData, registryDataSchema } from '../sqlite/registry-file.ts';
import type { Numbers } from '../sqlite/schema.ts';
import { stage } from '../stage.ts';
import type { Group, Source, Target } from './move.ts';
import { atOnce, type Place, type Row, type Table, tables } from './tables.ts';

/** Ms that the server may need to notice that a move was ended. */
const patience = 5000;

/** What only a store in PostgreSQL has, or as a table: it is filled by itself, or otherwise. */
const others = ['bodies', 'failure_groups', 'handlers', 'switches', 'counters', 'texts_lately'];

/** What rows have in PostgreSQL only. */
const own: Readonly<Record<string, Row>> = {
  events: { home: 0, owner: 0 },
  executions: { owner: 0 },
  circuits: { failures: 0 },
};

/** Of closed circuits only PostgreSQL keeps something. */
const from: Readonly<Record<string, string>> = {
  circuits: "(select * from circuits where state <> 'closed') open",
};

/** SQLite has no type for what is true or false. */
const flags = Object.values({ ...eventColumns, ...executionColumns })
  .filter((column) => column.endsWith(' boolean'))
  .map(columnName);

const sql = {
  isThere: "select to_regclass('meta') is not null as there",
  lock: 'select pg_advisory_lock(hashtextextended($1, 0))',
  groups: 'select id, handler_id as handler, kind from failure_groups',
  handlers: 'select id, number from handlers order by number',
  switches: 'select handler_id as handler, switch from switches order by handler_id',
  given: `select (select case when is_called then last_value else 0 end from event_seqs) as events,
    (select case when is_called then last_value else 0 end from execution_seqs) as executions`,
  give: 'select setval($1::text::regclass, greatest($2::bigint, 1), $2::bigint > 0)',
  giveBulk: `select setval(pg_get_serial_sequence('bulk_replays', 'id'),
    coalesce((select max(id) from bulk_replays), 0) + 1, false)`,
  count: `insert into counters(id, waiting, settled) select 0, count(*) filter (where stage < ${stage.queued}),
    count(*) filter (where stage > ${stage.parked}) from events on conflict(id) do nothing`,
};

/** A registry's schema, as one side of a move has it for itself. */
export class PostgresSide implements Source, Target {
  readonly place: string;
  readonly #schema: string;
  readonly #connection: Connection;
  readonly #query: Query;

  /**
   * @param as a target's schema is made where there is none
   * @throws JournalError where there is no registry, the database can not be used, or another move is under way; Disconnected
   */
  static async open(server: Server, schema: string, registry: string, as: 'source' | 'target') {
    await examine(server);
    const connection = await Connection.open(server, schema);
    const side = new PostgresSide(connection, schema, `the schema ${schema} of ${serverName(server)}`);
    try {
      if (as === 'source') await side.#expectRegistry(registry);
      await migrate(connection, schema, registry);
      await side.#lock();
      return side;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private constructor(connection: Connection, schema: string, place: string) {
    this.#connection = connection;
    this.#query = connection.query;
    this.#schema = schema;
    this.place = place;
  }

  mark(): Promise<MoveMark | null> {
    return markIn(this.#query);
  }

  leave(mark: MoveMark): Promise<void> {
    return reserve(this.#query, mark);
  }

  left(mark: MoveMark): Promise<void> {
    return setMark(this.#query, mark);
  }

  tag(): Promise<string> {
    return tagOf(this.#connection);
  }

  async numbers(): Promise<Numbers> {
    const [given] = await this.#query(sql.given, []);
    return given as unknown as Numbers;
  }

  async book(): Promise<RegistryData> {
    const handlers = await this.#query(sql.handlers, []);
    const switches = await this.#query(sql.switches, []);
    const all = switches.map(({ handler, switch: text }) => [handler, JSON.parse(String(text))] as const);
    const hold = all.find(([handler]) => handler === '')?.[1];
    return registryDataSchema.parse({
      version: 1,
      lastNumber: Number(handlers.at(-1)?.['number'] ?? 0),
      numbers: Object.fromEntries(handlers.map(({ id, number }) => [id, number])),
      overrides: Object.fromEntries(all.filter(([handler]) => handler !== '')),
      ...(hold !== undefined && { hold }),
    });
  }

  async groups(): Promise<readonly Group[]> {
    return (await this.#query(sql.groups, [])) as unknown as readonly Group[];
  }

  async rowsAfter(table: Table, place: Place | undefined): Promise<readonly Row[]> {
    const rows = await this.#query(pageOf(table, place), place ?? []);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'boolean' ? Number(value) : value,
        ]),
      ),
    );
  }

  async check(): Promise<void> {
    const [event] = await this.#query('select 1 from events limit 1', []);
    if (!event) return;
    const mark = await this.mark();
    const drop = `drop schema ${quoted(this.#schema)} cascade`;
    const why =
      mark?.state === 'arriving'
        ? `the half of another move: ${drop}`
        : mark?.state === 'left'
          ? `what was moved into ${mark.other}: ${drop}`
          : 'events already: name another schema';
    throw new JournalError('failed', `${this.place} holds ${why}`);
  }

  async begin(mark: MoveMark, tag: string): Promise<void> {
    // Not yet as the other side of this move: who is cut off before all is empty begins anew.
    await reserve(this.#query, { ...mark, token: '' }, () => this.check());
    await this.#query('begin');
    await dropAllSlices(this.#query);
    await this.#query(`truncate ${[...tables.map(({ name }) => name), ...others]}`);
    await this.#query("update meta set value = $1 where key = 'tag'", [tag]);
    await this.#query("update meta set value = '0' where key = 'texts'");
    await setMark(this.#query, mark);
    await this.#query('commit');
  }

  async addGroups(groups: readonly Group[]): Promise<ReadonlyMap<unknown, number>> {
    const ids = new Map(groups.map(({ id, handler, kind }) => [id as unknown, groupIdOf(handler, kind)]));
    await this.#query(addGroups, [
      keepableJson(groups.map((group) => ({ ...group, id: ids.get(group.id) }))),
    ]);
    return ids;
  }

  async last({ name, by }: Table): Promise<Place | undefined> {
    const backwards = by.map((column) => `${column} desc`);
    const [last] = await this.#query(`select ${by} from ${name} order by ${backwards} limit 1`, []);
    return last && by.map((column) => last[column]);
  }

  async add({ name }: Table, rows: readonly Row[]): Promise<void> {
    const bodies = name === 'events' ? `with added as (${insertInto('bodies')})` : '';
    const added = rows.map((row) => ({ ...withFlags(row), ...own[name] }));
    await this.#query(`${bodies} ${insertInto(name)}`, [keepableJson(added)]);
  }

  async complete({ events, executions }: Numbers, book: RegistryData): Promise<void> {
    const handlers = Object.entries(book.numbers).map(([id, number]) => ({ id, number }));
    const switches = Object.entries({ ...book.overrides, ...(book.hold && { '': book.hold }) });
    const kept = switches.map(([handler_id, one]) => ({ handler_id, switch: JSON.stringify(one) }));
    await this.#query(insertInto('handlers'), [keepableJson(handlers)]);
    await this.#query(insertInto('switches'), [keepableJson(kept)]);
    await this.#query(sql.count, []);
    await this.#query(sql.give, ['event_seqs', events]);
    await this.#query(sql.give, ['execution_seqs', executions]);
    await this.#query(sql.giveBulk, []);
    await this.#query('analyze');
  }

  end(): Promise<void> {
    return setMark(this.#query, null);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #expectRegistry(registry: string): Promise<void> {
    const [meta] = await this.#query(sql.isThere, []);
    if (meta?.['there'] === true) return;
    throw new JournalError(
      'failed',
      `there is no registry in ${this.place}: name the folder after its id (is that ${registry}?), and the schemas as the settings do`,
    );
  }

  /** One move of a registry at a time. */
  async #lock(): Promise<void> {
    await this.#query(`set lock_timeout = ${patience}`);
    await this.#query(sql.lock, [`provisioning move ${this.#schema}`]).catch((error) => {
      throw new JournalError('failed', `another move of ${this.place} is under way (${messageOf(error)})`);
    });
    await this.#query('set lock_timeout = 0');
  }
}

function insertInto(table: string): string {
  return `insert into ${table} overriding system value
    select * from json_populate_recordset(null::${table}, $1) on conflict do nothing`;
}

function withFlags(row: Row): Row {
  const given = flags.filter((name) => name in row);
  return { ...row, ...Object.fromEntries(given.map((name) => [name, row[name] === 1])) };
}

/** A statement for the rows after a place, as many as are read at once. */
function pageOf({ name, by, wide = [] }: Table, place: Place | undefined): string {
  const key = by.join(', ');
  const after = place ? `where (${key}) > (${by.map((_, n) => `$${n + 1}`)})` : '';
  const page = `select * from ${from[name] ?? name} ${after} order by ${key} limit ${atOnce.rows}`;
  const whole = `select * from (${page}) page ${name === 'events' ? 'join bodies using (seq)' : ''}`;
  if (wide.length === 0) return `${whole} order by ${key}`;
  const size = wide.map((column) => `coalesce(octet_length(${column}), 0)`).join(' + ');
  const before = `sum(${size}) over (order by ${key} rows between unbounded preceding and 1 preceding)`;
  return `select * from (select *, coalesce(${before}, 0) as before from (${whole}) whole) sized
    where before <= ${atOnce.characters} order by ${key}`;
}
