import type { DatabaseSync, StatementSync } from 'node:sqlite';

interface Slice {
  readonly id: number;
  first: number;
  last: number;
  documents: number;
}

interface SliceStatements {
  readonly put: StatementSync;
  readonly has: StatementSync;
  readonly find: StatementSync;
}

/**
 * A word index of documents that are keyed by a time in ms, found newest first. It is cut into slices of time, each an
 * FTS5 table of its own: a search for a prefix has to merge what a whole table holds of it before it can tell
 * the newest, so a slice bounds what a common word costs; and old slices are dropped whole.
 */
export class WordSlices {
  readonly #db: DatabaseSync;
  readonly #size: number;
  readonly #statements = new Map<number, SliceStatements>();
  /** Oldest first; they do not overlap. */
  #slices: Slice[];
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;

  /** @param size documents after which a slice is full */
  constructor(db: DatabaseSync, size: number) {
    this.#db = db;
    this.#size = size;
    db.exec(
      `create table if not exists slices(id integer primary key autoincrement, first integer not null,
       last integer not null, documents integer not null) strict`,
    );
    this.#slices = db.prepare('select * from slices order by first').all() as unknown as Slice[];
    this.#insert = db.prepare('insert into slices(first, last, documents) values(?, ?, 0)');
    this.#update = db.prepare('update slices set first = ?, last = ?, documents = ? where id = ?');
    this.#delete = db.prepare('delete from slices where id = ?');
  }

  /** Puts a document, or what it is now. Words are separated by spaces. */
  put(at: number, words: string): void {
    const slice = this.#sliceFor(at);
    const { put, has } = this.#statementsOf(slice.id);
    if (!has.get(at)) slice.documents += 1;
    slice.first = Math.min(slice.first, at);
    slice.last = Math.max(slice.last, at);
    put.run(at, words);
    this.#update.run(slice.first, slice.last, slice.documents, slice.id);
  }

  /**
   * Finds documents in one slice.
   * @param query in FTS5's language
   * @returns the newest ones from `from` to `to`, both inclusive, and up to where older ones have yet to be looked for; null: there are none
   */
  find(
    query: string,
    from: number,
    to: number,
    limit: number,
  ): { found: readonly number[]; upTo: number | null } {
    const slice = this.#slices.findLast(({ first }) => first <= to);
    if (!slice || slice.last < from) return { found: [], upTo: null };
    const rows = this.#statementsOf(slice.id).find.all(query, from, to, limit);
    const found = rows.map((row) => Number(row['at']));
    const upTo = found.length === limit ? (found.at(-1) ?? 0) - 1 : slice.first - 1;
    return { found, upTo: upTo < from ? null : upTo };
  }

  /** Oldest first. */
  get all(): readonly Readonly<Slice>[] {
    return this.#slices;
  }

  drop(slice: Readonly<Slice>): void {
    this.#statements.delete(slice.id);
    this.#db.exec(`drop table words_${slice.id}`);
    this.#delete.run(slice.id);
    this.#slices = this.#slices.filter(({ id }) => id !== slice.id);
  }

  /** Reads anew what slices there are: after a rollback. */
  reload(): void {
    this.#statements.clear();
    this.#slices = this.#db.prepare('select * from slices order by first').all() as unknown as Slice[];
  }

  #sliceFor(at: number): Slice {
    const next = this.#slices.findIndex(({ last }) => last >= at);
    const after = this.#slices[next < 0 ? this.#slices.length : next];
    if (after && after.first <= at) return after;
    const before = this.#slices[next < 0 ? this.#slices.length - 1 : next - 1];
    for (const neighbour of [before, after])
      if (neighbour && neighbour.documents < this.#size) return neighbour;
    return this.#create(at);
  }

  #create(at: number): Slice {
    const id = Number(this.#insert.run(at, at).lastInsertRowid);
    // The words come folded and split already: `ascii` takes whatever is not ASCII for a letter.
    this.#db.exec(
      `create virtual table words_${id} using fts5(words, content='', contentless_delete=1, detail=none,
       tokenize="ascii tokenchars '@._-'")`,
    );
    const slice = { id, first: at, last: at, documents: 0 };
    this.#slices = [...this.#slices, slice].sort((a, b) => a.first - b.first);
    return slice;
  }

  #statementsOf(id: number): SliceStatements {
    let statements = this.#statements.get(id);
    if (!statements) {
      statements = {
        put: this.#db.prepare(`insert or replace into words_${id}(rowid, words) values(?, ?)`),
        has: this.#db.prepare(`select 1 from words_${id}_docsize where id = ?`),
        find: this.#db.prepare(
          `select rowid as at from words_${id} where words_${id} match ? and rowid >= ? and rowid <= ?
           order by rowid desc limit ?`,
        ),
      };
      this.#statements.set(id, statements);
    }
    return statements;
  }
}
