import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Documents } from './documents.ts';
import { sqliteErrorKind } from './journal-error.ts';
import { inTransaction, openSearchFile, removeSearchFile } from './search-file.ts';
import type { IndexQuery } from './text-document.ts';
import { type Proposed, WordSlices } from './word-slices.ts';

/** Large enough that few tables are opened, small enough that the frequent words of one are merged in 10 ms. */
const sliceSize = 65_536;
/** A slice of which no more than this share is left is made anew. */
const sparse = 1 / 32;

interface Opened {
  readonly db: DatabaseSync;
  readonly slices: WordSlices;
  readonly setCursor: StatementSync;
}

/**
 * The words of executions in `<folder>/search.sqlite`, kept a little behind the journal. It holds nothing that the
 * journal does not: when the file is missing, damaged or of another journal, it is made anew.
 *
 * A document is all executions that started within the same ms, so that documents stand in the order of the log
 * and their numbers are small; whoever searches looks at the rows themselves.
 */
export class TextIndex {
  readonly #file: string;
  readonly #tag: string;
  readonly #size: number;
  readonly #documents: Documents;
  #opened: Opened | undefined;
  /** `touched_at` of the last event whose executions are indexed. */
  #cursor = 0;

  constructor(folder: string, tag: string, journal: DatabaseSync, size = sliceSize) {
    this.#file = join(folder, 'search.sqlite');
    this.#tag = tag;
    this.#size = size;
    this.#documents = new Documents(journal);
  }

  /** Whether events have been touched that are not indexed yet. */
  get behind(): boolean {
    this.#open();
    return this.#documents.lastTouched > this.#cursor;
  }

  /**
   * Indexes what has been touched, for about `ms` at most.
   * @returns whether there may be more
   */
  advance(ms: number): boolean {
    return this.#healing((opened) => this.#advance(opened, performance.now() + ms));
  }

  /** Looks for documents in one slice of time, the newest that has any from `from` to `to`, both inclusive. */
  find(query: IndexQuery, from: number, to: number, limit: number): Proposed {
    return this.#healing(({ slices }) => slices.find(query, from, to, limit));
  }

  /**
   * Lets go of a slice whose executions have been pruned; the few that are left of it are indexed anew.
   * @returns whether there was one
   */
  compact(): boolean {
    return this.#healing((opened) => {
      // Whatever began before the oldest settled event was touched is pruned, unless it has been touched since.
      const before = this.#documents.oldestSettled / 1000;
      for (const slice of opened.slices.all) {
        if (slice.last >= before) return false;
        const few = Math.floor(slice.documents * sparse);
        const left = this.#documents.startsIn(slice.first, slice.last, few + 1);
        if (left.length > few) continue;
        this.#write(opened, (index) => {
          opened.slices.drop(slice);
          for (const at of left) index(at);
        });
        return true;
      }
      return false;
    });
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  #advance(opened: Opened, deadline: number): boolean {
    const events = this.#documents.touchedAfter(this.#cursor);
    if (events.length === 0) return false;
    let cursor = this.#cursor;
    this.#write(opened, (index) => {
      for (const { seq, touchedAt } of events) {
        for (const at of this.#documents.startsOf(seq)) index(at);
        cursor = touchedAt;
        if (performance.now() > deadline) break;
      }
      opened.setCursor.run(cursor);
    });
    this.#cursor = cursor;
    return true;
  }

  /** Hands `work` what indexes the executions of one ms, each ms once. */
  #write({ db, slices }: Opened, work: (index: (at: number) => void) => void): void {
    const indexed = new Set<number>();
    const requests = new Map<number, ReadonlySet<string>>();
    const index = (at: number) => {
      if (indexed.has(at)) return;
      indexed.add(at);
      const words = this.#documents.documentAt(at, requests);
      if (words !== '') slices.put(at, words);
    };
    try {
      inTransaction(db, () => {
        work(index);
        slices.flush();
      });
    } catch (error) {
      slices.reload();
      throw error;
    }
  }

  /** Makes the file anew when it turns out to be damaged. */
  #healing<T>(work: (opened: Opened) => T): T {
    try {
      return work(this.#open());
    } catch (error) {
      if (sqliteErrorKind(error) !== 'damaged') throw error;
      this.close();
      removeSearchFile(this.#file);
      return work(this.#open());
    }
  }

  #open(): Opened {
    if (this.#opened) return this.#opened;
    const { db, cursor } = openSearchFile(this.#file, this.#tag);
    this.#cursor = cursor;
    this.#opened = {
      db,
      slices: new WordSlices(db, this.#size),
      setCursor: db.prepare("update meta set value = ? where key = 'cursor'"),
    };
    return this.#opened;
  }
}
