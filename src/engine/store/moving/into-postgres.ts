import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../journal-error.ts';
import { Connection, type Query } from '../postgres/connection.ts';
import { addGroups, groupIdOf } from '../postgres/known-groups.ts';
import { migrate } from '../postgres/migrate.ts';
import { beginMoving, endMoving } from '../postgres/opening.ts';
import type { Server } from '../postgres/server.ts';
import { examine } from '../postgres/suitability.ts';
import { jsonOf } from '../postgres/writing.ts';
import { registryDataSchema } from '../sqlite/registry-file.ts';
import { metaOf, numbersGiven } from '../sqlite/schema.ts';
import { sqliteStore } from '../sqlite/sqlite-store.ts';
import { stage } from '../stage.ts';

/** Rows of a table that are in PostgreSQL by now. */
export interface Moved {
  readonly table: string;
  readonly rows: number;
}

export interface Moving {
  /** Of the registry, with `journal.sqlite`. */
  readonly folder: string;
  readonly server: Server;
  readonly schema: string;
  /** The registry's id. */
  readonly registry: string;
  readonly onProgress?: (moved: Moved) => void;
}

type Row = Readonly<Record<string, unknown>>;

interface Table {
  readonly name: string;
  /** Where its rows stand in SQLite. */
  readonly from?: string;
  /** Columns of its key; it is gone through in their order. */
  readonly by: readonly [string, ...string[]];
  /** A row as PostgreSQL has it. */
  readonly changed?: (row: Row) => Row;
}

/** Rows that are written at once. */
const atOnce = 1000;

/**
 * Moves a registry from a folder into a schema, with its ids, its log, and what is not settled. Where it is cut off it
 * goes on when it is called again; the folder stays as it was until all is there, and is put aside then.
 * @throws JournalError when the folder is in use or holds no journal, the database can not be used, or the schema holds
 *   events; Disconnected
 */
export async function moveIntoPostgres(moving: Moving): Promise<void> {
  const { folder, server, schema, registry } = moving;
  const file = join(folder, 'journal.sqlite');
  if (!existsSync(file)) throw new JournalError('failed', `there is no journal.sqlite in ${folder}`);
  await examine(server);
  // Holds the folder, brings it to this version, and puts back what was in hand.
  const store = await sqliteStore(folder).open({
    now: () => Date.now(),
    parkedFor: () => 'retry',
    onTrouble: () => undefined,
  });
  const connection = await Connection.open(server, schema).catch(async (error) => {
    await store.close();
    throw error;
  });
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    await migrate(connection, schema, registry);
    await beginMoving(connection, String(metaOf(db, 'tag')));
    await copyAll(db, connection.query, moving);
    await store.handlers.save();
    await copyBook(folder, connection.query);
    await count(connection.query, db);
    await connection.query('analyze');
    await endMoving(connection);
  } finally {
    db.close();
    await connection.close();
    await store.close();
  }
  const at = new Date().toISOString().replaceAll(/[:.]/g, '-');
  await rename(file, `${file}.moved-${at}`);
}

async function copyAll(db: DatabaseSync, query: Query, moving: Moving): Promise<void> {
  const groups = new Map<unknown, number>();
  const kinds = db.prepare('select id, handler_id as handler, kind from failure_groups').all();
  for (const { id, handler, kind } of kinds) groups.set(id, groupIdOf(String(handler), String(kind)));
  await query(addGroups, [jsonOf(kinds.map((kind) => ({ ...kind, id: groups.get(kind['id']) })))]);
  const group = (row: Row) => groups.get(row['failure_group']) ?? null;
  const tables: readonly Table[] = [
    { name: 'bodies', from: '(select seq, payload from events)', by: ['seq'] },
    { name: 'events', by: ['seq'], changed: (row) => ({ ...row, home: 0, owner: 0 }) },
    { name: 'executions', by: ['seq'], changed: (row) => ({ ...row, owner: 0, failure_group: group(row) }) },
    { name: 'attempts', by: ['execution_seq', 'attempt'] },
    { name: 'askers', by: ['execution_seq'] },
    { name: 'bulk_replays', by: ['id'] },
    { name: 'idempotency_keys', by: ['key'] },
    { name: 'circuits', by: ['handler_id'], changed: (row) => ({ ...row, failures: 0 }) },
    { name: 'alarms', by: ['watch', 'key'] },
  ];
  for (const table of tables) await copy(db, query, table, moving);
}

/** From the last row that is there. */
async function copy(db: DatabaseSync, query: Query, table: Table, moving: Moving): Promise<void> {
  const { name, from = name, by, changed = (row) => row } = table;
  const key = by.join(', ');
  const rowsAfter = (place: readonly unknown[] | undefined) =>
    db
      .prepare(
        `select * from ${from} ${place ? `where (${key}) > (${by.map(() => '?')})` : ''} order by ${key} limit ${atOnce}`,
      )
      .all(...((place ?? []) as (string | number)[]));
  const insert = `insert into ${name} overriding system value
    select * from json_populate_recordset(null::${name}, $1) on conflict do nothing`;
  const flags = await flagsOf(query, name, moving.schema);
  const descending = by.map((column) => `${column} desc`).join(', ');
  const [last] = await query(`select ${key} from ${name} order by ${descending} limit 1`, []);
  let place = last && by.map((column) => last[column]);
  let moved = 0;
  for (let rows = rowsAfter(place); rows.length > 0; rows = rowsAfter(place)) {
    await query(insert, [jsonOf(rows.map((row) => withFlags(changed(row), flags)))]);
    moved += rows.length;
    moving.onProgress?.({ table: name, rows: moved });
    place = by.map((column) => rows.at(-1)?.[column]);
  }
}

/** SQLite has no type for what is true or false. */
async function flagsOf(query: Query, table: string, schema: string): Promise<readonly string[]> {
  const columns = await query(
    `select column_name as name from information_schema.columns
     where table_schema = $1 and table_name = $2 and data_type = 'boolean'`,
    [schema, table],
  );
  return columns.map(({ name }) => String(name));
}

function withFlags(row: Row, flags: readonly string[]): Row {
  return { ...row, ...Object.fromEntries(flags.map((name) => [name, row[name] === 1])) };
}

/** The numbers of handlers, and what is switched. */
async function copyBook(folder: string, query: Query): Promise<void> {
  const { numbers, overrides, hold } = registryDataSchema.parse(
    JSON.parse(await readFile(join(folder, 'registry.json'), 'utf8')),
  );
  await query(
    `insert into handlers select * from json_populate_recordset(null::handlers, $1) on conflict do nothing`,
    [jsonOf(Object.entries(numbers).map(([id, number]) => ({ id, number })))],
  );
  const switches = [...Object.entries(overrides), ...(hold ? [['', hold] as const] : [])];
  await query(
    `insert into switches select * from json_populate_recordset(null::switches, $1) on conflict do nothing`,
    [jsonOf(switches.map(([handler_id, one]) => ({ handler_id, switch: JSON.stringify(one) })))],
  );
}

/** What is counted, and the last numbers that were given. */
async function count(query: Query, db: DatabaseSync): Promise<void> {
  await query(
    `insert into counters(id, waiting, settled) select 0, count(*) filter (where stage < ${stage.queued}),
     count(*) filter (where stage > ${stage.parked}) from events on conflict(id) do nothing`,
    [],
  );
  const { events, executions } = numbersGiven(db);
  const after = 'select setval($1::text::regclass, greatest($2::bigint, 1), $2::bigint > 0)';
  await query(after, ['event_seqs', events]);
  await query(after, ['execution_seqs', executions]);
  await query(
    `select setval(pg_get_serial_sequence('bulk_replays', 'id'), coalesce((select max(id) from bulk_replays), 0) + 1, false)`,
    [],
  );
}
