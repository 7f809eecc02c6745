import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sqliteErrorKind } from './journal-error.ts';
import { inTransaction, openSearchFile, removeSearchFile } from './search-file.ts';
import { addFacets, documentColumns, type IndexQuery, wordsOf } from './text-document.ts';
import { type Proposed, WordSlices } from './word-slices.ts';
import { addWords } from './words.ts';

/** Large enough that few tables are opened, small enough that the frequent words of one are merged in 10 ms. */
const sliceSize = 65_536;
/** Events that are read from the journal at a time. */
const batch = 256;

/** A slice of which no more than this share is left is made anew. */
const sparse = 1 / 16;

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
  readonly #touched: StatementSync;
  readonly #lastTouched: StatementSync;
  readonly #startsOf: StatementSync;
  readonly #startedAt: StatementSync;
  readonly #startsIn: StatementSync;
  readonly #oldestSettled: StatementSync;
  readonly #payload: StatementSync;
  #opened: Opened | undefined;
  /** `touched_at` of the last event whose executions are indexed. */
  #cursor = 0;

  constructor(folder: string, tag: string, journal: DatabaseSync, size = sliceSize) {
    this.#file = join(folder, 'search.sqlite');
    this.#tag = tag;
    this.#size = size;
    this.#touched = journal.prepare(
      `select seq, touched_at from events where touched_at is not null and touched_at > ? order by touched_at limit ${batch}`,
    );
    this.#lastTouched = journal.prepare(
      'select max(touched_at) as last from events where touched_at is not null',
    );
    this.#startsOf = journal.prepare(
      `select distinct started_at from executions indexed by executions_by_event
       where event_seq = ? and started_at is not null`,
    );
    this.#startedAt = journal.prepare(
      `select ${documentColumns} from executions where status = 1 and started_at = ?1
       union all select ${documentColumns} from executions indexed by executions_by_status
       where status in (2, 3, 4, 5, 6) and status > 1 and started_at is not null and started_at = ?1`,
    );
    this.#startsIn = journal.prepare(
      `select started_at from executions where status = 1 and started_at between :first and :last
       union select started_at from executions indexed by executions_by_status
       where status in (2, 3, 4, 5, 6) and status > 1 and started_at is not null and started_at between :first and :last
       limit :limit`,
    );
    this.#oldestSettled = journal.prepare(
      'select touched_at from events where stage >= 7 order by touched_at limit 1',
    );
    this.#payload = journal.prepare('select payload from events where seq = ?');
  }

  /** Whether events have been touched that are not indexed yet. */
  get behind(): boolean {
    this.#open();
    return Number(this.#lastTouched.get()?.['last'] ?? 0) > this.#cursor;
  }

  /**
   * Indexes what has been touched, for about `ms` at most.
   * @returns whether there is more
   */
  advance(ms: number): boolean {
    return this.#healing((opened) => this.#advance(opened, performance.now() + ms));
  }

  /** Looks for documents in one slice of time, the newest that has any from `from` to `to`, both inclusive. */
  find(query: IndexQuery, from: number, to: number, limit: number): Proposed {
    return this.#healing(({ slices }) => slices.find(query, from, to, limit));
  }

  /** Lets go of slices whose executions have been pruned; the few that are left of one are indexed anew. */
  compact(): void {
    this.#healing((opened) => {
      // Whatever began before the oldest settled event was touched is pruned, unless it has been touched since.
      const oldest = this.#oldestSettled.get()?.['touched_at'];
      const before = typeof oldest === 'number' ? oldest / 1000 : Number.POSITIVE_INFINITY;
      for (const slice of opened.slices.all) {
        if (slice.last >= before) break;
        const few = Math.floor(slice.documents * sparse);
        const left = this.#startsIn.all({ first: slice.first, last: slice.last, limit: few + 1 });
        if (left.length > few) continue;
        this.#write(opened, (index) => {
          opened.slices.drop(slice);
          for (const { started_at } of left) index(Number(started_at));
        });
      }
    });
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  #advance(opened: Opened, deadline: number): boolean {
    const events = this.#touched.all(this.#cursor);
    if (events.length === 0) return false;
    let cursor = this.#cursor;
    let done = 0;
    this.#write(opened, (index) => {
      for (const { seq, touched_at } of events) {
        for (const { started_at } of this.#startsOf.all(Number(seq))) index(Number(started_at));
        cursor = Number(touched_at);
        done += 1;
        if (performance.now() > deadline) break;
      }
      opened.setCursor.run(cursor);
    });
    this.#cursor = cursor;
    return done < events.length || events.length === batch;
  }

  /** Hands `work` what indexes the executions of one ms, each ms once. */
  #write({ db, slices }: Opened, work: (index: (at: number) => void) => void): void {
    const indexed = new Set<number>();
    const requests = new Map<number, ReadonlySet<string>>();
    const index = (at: number) => {
      if (indexed.has(at)) return;
      indexed.add(at);
      const words = this.#documentOf(at, requests);
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

  #documentOf(at: number, requests: Map<number, ReadonlySet<string>>): string {
    const words = new Set<string>();
    for (const row of this.#startedAt.all(at)) {
      for (const word of wordsOf(row, this.#requestWords(Number(row['event_seq']), requests)))
        words.add(word);
      addFacets(row, words);
    }
    return [...words].join(' ');
  }

  #requestWords(event: number, requests: Map<number, ReadonlySet<string>>): ReadonlySet<string> {
    const known = requests.get(event);
    if (known) return known;
    const words = new Set<string>();
    addWords(String(this.#payload.get(event)?.['payload'] ?? ''), words);
    requests.set(event, words);
    return words;
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
