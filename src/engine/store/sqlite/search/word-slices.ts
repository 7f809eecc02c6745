import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sliceFor } from '../../reading/slices.ts';
import type { IndexQuery } from './index-query.ts';

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

export interface Proposed {
  /** Times in ms. */
  readonly found: readonly number[];
  /** Older ones have yet to be looked for up to here; null: there are none. */
  readonly upTo: number | null;
}

/**
 * A word index of documents that are keyed by a time in ms, found newest first. It is cut into slices of time, each an
 * FTS5 table of its own: a search for a prefix has to merge what a whole table holds of it before it can tell
 * the newest, so a slice bounds what a common word costs; and old slices are dropped whole. One table for all took
 * 50 times as long for a common word (1.4 s of 1,000,000 rows against 28 ms, see docs/performance.md), and its prefix
 * indexes, at twice the cost of indexing, help the few lengths alone that they are made for.
 */
export class WordSlices {
  readonly #db: DatabaseSync;
  readonly #size: number;
  readonly #statements = new Map<number, SliceStatements>();
  readonly #changed = new Set<Slice>();
  /** Oldest first; they do not overlap. */
  #slices: Slice[] = [];
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
    this.reload();
    this.#insert = db.prepare('insert into slices(first, last, documents) values(?, ?, 0)');
    this.#update = db.prepare('update slices set first = ?, last = ?, documents = ? where id = ?');
    this.#delete = db.prepare('delete from slices where id = ?');
  }

  /** Puts a document, or what it is now. Words are separated by spaces. `flush` is due before the commit. */
  put(at: number, words: string): void {
    const slice = this.#sliceFor(at);
    const { put, has } = this.#statementsOf(slice.id);
    if (at > slice.last || slice.documents === 0 || !has.get(at)) slice.documents += 1;
    slice.first = Math.min(slice.first, at);
    slice.last = Math.max(slice.last, at);
    put.run(at, words);
    this.#changed.add(slice);
  }

  /** Writes what the slices have become. */
  flush(): void {
    for (const { id, first, last, documents } of this.#changed) this.#update.run(first, last, documents, id);
    this.#changed.clear();
  }

  /**
   * Looks for documents in one slice: the newest one that has any from `from` to `to`, both inclusive.
   * @returns the newest ones first, about `limit` at most
   */
  find({ words, facets }: IndexQuery, from: number, to: number, limit: number): Proposed {
    const slice = this.#slices.findLast(({ first }) => first <= to);
    if (!slice || slice.last < from) return { found: [], upTo: null };
    const { find } = this.#statementsOf(slice.id);
    const ask = (query: string, most: number) =>
      find.all(query, from, to, most).map((row) => Number(row['at']));
    const older = slice.first - 1 < from ? null : slice.first - 1;
    // Facets cost nothing, prefixes do: few rows are looked at sooner than the words are merged.
    const few = facets === null ? undefined : ask(facets, limit);
    if (few && few.length < limit) return { found: few, upTo: older };
    const found = few && words === '' ? few : ask(facets === null ? words : `${facets} AND ${words}`, limit);
    const last = found.at(-1);
    if (found.length < limit || last === undefined) return { found, upTo: older };
    return { found, upTo: last - 1 < from ? null : last - 1 };
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
    this.#changed.clear();
    this.#slices = this.#db.prepare('select * from slices order by first').all() as unknown as Slice[];
  }

  #sliceFor(at: number): Slice {
    return sliceFor(this.#slices, at, this.#size) ?? this.#create(at);
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
          `select rowid as at from words_${id} where words_${id} match ? and rowid >= cast(? as integer) and rowid <= cast(? as integer)
           order by rowid desc limit ?`,
        ),
      };
      this.#statements.set(id, statements);
    }
    return statements;
  }
}
