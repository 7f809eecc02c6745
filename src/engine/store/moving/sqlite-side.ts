import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { JournalError } from '../journal-error.ts';
import type { MoveMark } from '../move-mark.ts';
import { type Lock, lockFolder } from '../sqlite/lock.ts';
import { markIn, setMark } from '../sqlite/move-mark.ts';
import { openFile } from '../sqlite/open.ts';
import { ProgressMark } from '../sqlite/progress-mark.ts';
import { openRegistryFile, type RegistryData } from '../sqlite/registry-file.ts';
import { isToBeReplaced } from '../sqlite/replacement.ts';
import { metaOf, type Numbers, numbersGiven, passOver } from '../sqlite/schema.ts';
import { removeSearchFile } from '../sqlite/search/search-file.ts';
import { Statements } from '../sqlite/statements.ts';
import { inTransaction } from '../sqlite/transaction.ts';
import type { Group, Source, Target } from './move.ts';
import { atOnce, type Place, type Row, type Table, tables } from './tables.ts';

type Values = Readonly<Record<string, SQLInputValue>>;

/**
 * Makes each touch later than the one before it, as instances have touched in the same µs: the n-th is as late as the
 * one before which most are crowded, and so many µs later as there are between.
 */
const spreadTouches = `update events set touched_at = spread.at from (
    select seq, n + max(touched_at - n) over (order by n) as at from (
      select seq, touched_at, row_number() over (order by touched_at, seq) as n from events where touched_at is not null
    )
  ) as spread where spread.seq = events.seq and spread.at <> events.touched_at`;

/** A registry's folder, as one side of a move has it for itself. */
export class SqliteSide implements Source, Target {
  readonly place: string;
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #db: DatabaseSync;
  readonly #sql: Statements;

  /** @throws JournalError, also while it is in use */
  constructor(folder: string) {
    this.#folder = folder;
    this.place = `the folder ${folder} of ${hostname()}`;
    const file = journalIn(folder);
    let lock: Lock | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      lock = lockFolder(folder);
      if (isToBeReplaced(file)) throw new JournalError('damaged', 'damage was met while it was in use');
      this.#db = openFile(file);
    } catch (error) {
      lock?.release();
      const known = JournalError.from(error, file);
      if (known.kind !== 'damaged') throw known;
      const remedy = 'start Node-RED with it, which mends what can be mended, or choose another folder';
      throw new JournalError('damaged', `${file} is damaged: ${remedy} (${known.message})`);
    }
    this.#lock = lock;
    this.#sql = new Statements(this.#db);
  }

  async mark(): Promise<MoveMark | null> {
    return markIn(this.#db);
  }

  async leave(mark: MoveMark): Promise<void> {
    this.#write(() => setMark(this.#db, mark));
  }

  left(mark: MoveMark): Promise<void> {
    return this.leave(mark);
  }

  async tag(): Promise<string> {
    return String(metaOf(this.#db, 'tag'));
  }

  async numbers(): Promise<Numbers> {
    return numbersGiven(this.#db);
  }

  async book(): Promise<RegistryData> {
    return (await this.#openBook()).data;
  }

  async groups(): Promise<readonly Group[]> {
    const all = this.#sql.of('select id, handler_id as handler, kind from failure_groups').all();
    return all as unknown as readonly Group[];
  }

  async rowsAfter({ name, by, wide = [] }: Table, place: Place | undefined): Promise<readonly Row[]> {
    const key = by.join(', ');
    const after = place ? `where (${key}) > (${by.map(() => '?')})` : '';
    const found = this.#sql.of(`select * from ${name} ${after} order by ${key} limit ${atOnce.rows}`);
    const rows: Row[] = [];
    let characters = 0;
    for (const row of found.iterate(...((place ?? []) as SQLInputValue[]))) {
      rows.push(row);
      for (const column of wide) characters += String(row[column] ?? '').length;
      if (characters > atOnce.characters) break;
    }
    return rows;
  }

  async check(): Promise<void> {
    if (this.#sql.of('select 1 from events limit 1').get() === undefined) return;
    const isHalf = markIn(this.#db)?.state === 'arriving';
    const why = isHalf ? 'holds the half of another move' : 'holds events already';
    const file = journalIn(this.#folder);
    throw new JournalError('failed', `${this.place} ${why}: move ${file} away, or choose another folder`);
  }

  async begin(mark: MoveMark, tag: string): Promise<void> {
    await this.check();
    rmSync(join(this.#folder, 'registry.json'), { force: true });
    this.#write(() => {
      for (const name of [...tables.map(({ name }) => name), 'failure_groups', 'meta', 'sqlite_sequence'])
        this.#db.exec(`delete from ${name}`);
      this.#sql.of("insert into meta values('tag', ?)").run(tag);
      setMark(this.#db, mark);
    });
  }

  async addGroups(groups: readonly Group[]): Promise<ReadonlyMap<unknown, number>> {
    const add = this.#sql.of(
      'insert into failure_groups(handler_id, kind) values(?, ?) on conflict do nothing',
    );
    const find = this.#sql.of('select id from failure_groups where handler_id = ? and kind = ?');
    const ids = new Map<unknown, number>();
    this.#write(() => {
      for (const { id, handler, kind } of groups) {
        add.run(handler, kind);
        ids.set(id, Number(find.get(handler, kind)?.['id']));
      }
    });
    return ids;
  }

  async last({ name, by }: Table): Promise<Place | undefined> {
    const backwards = by.map((column) => `${column} desc`);
    const last = this.#sql.of(`select ${by} from ${name} order by ${backwards} limit 1`).get();
    return last && by.map((column) => last[column]);
  }

  async add({ name }: Table, rows: readonly Row[]): Promise<void> {
    const columns = this.#sql.of('select name from pragma_table_info(?)').all(name);
    const names = columns.map((column) => String(column['name']));
    const add = this.#sql.of(
      `insert into ${name}(${names}) values(${names.map(() => '?')}) on conflict do nothing`,
    );
    this.#write(() => {
      for (const row of rows as readonly Values[])
        add.run(...names.map((name) => row[name] as SQLInputValue));
    });
  }

  async complete(numbers: Numbers, book: RegistryData): Promise<void> {
    this.#write(() => {
      passOver(this.#db, numbers);
      this.#db.exec(spreadTouches);
    });
    const file = await this.#openBook();
    Object.assign(file.data, book);
    await file.save();
    new ProgressMark(this.#folder, await this.tag(), this.#db).close();
    // It is made anew from the rows.
    removeSearchFile(join(this.#folder, 'search.sqlite'));
  }

  async end(): Promise<void> {
    this.#write(() => setMark(this.#db, null));
  }

  async close(): Promise<void> {
    this.#db.close();
    this.#lock.release();
  }

  /** All or nothing. @throws JournalError */
  #write(work: () => void): void {
    try {
      inTransaction(this.#db, work);
    } catch (error) {
      throw JournalError.from(error, journalIn(this.#folder));
    }
  }

  #openBook() {
    const keep = this.#sql.of(
      "insert into meta values('book', ?) on conflict(key) do update set value = excluded.value",
    );
    return openRegistryFile(this.#folder, async () => ({}), {
      text: metaOf(this.#db, 'book'),
      keep: async (text) => void keep.run(text),
    });
  }
}

export function journalIn(folder: string): string {
  return join(folder, 'journal.sqlite');
}
