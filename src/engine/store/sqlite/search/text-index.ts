import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { sqliteErrorKind } from '../../journal-error.ts';
import { inTransaction } from '../transaction.ts';
import { Documents, type Touched } from './documents.ts';
import type { IndexQuery } from './index-query.ts';
import { openSearchFile, removeSearchFile } from './search-file.ts';
import { type Proposed, WordSlices } from './word-slices.ts';

/** Large enough that few tables are opened, small enough that the frequent words of one are merged in 10 ms. */
const sliceSize = 65_536;
/** A slice of which no more than this share is left is made anew. */
const sparse = 1 / 32;

interface Opened {
  readonly db: DatabaseSync;
  readonly slices: WordSlices;
  readonly setMeta: StatementSync;
}

/** Events whose documents are written together, so that one that several of them share is written once. */
interface Gathering {
  readonly kind: Indexed;
  /** Of the documents, in ms, ascending: in any other order each of them would be flushed by itself. */
  readonly times: readonly number[];
  /** How many are written. */
  written: number;
  /** Where the index stands once all are. */
  readonly then: number;
}

interface Document {
  readonly at: number;
  readonly words: string;
}

/** What was indexed: events that were touched lately, or ones that there were before the index was made anew. */
export type Indexed = 'new' | 'old';

/**
 * The words of executions in `<folder>/search.sqlite`, kept a little behind the journal. It holds nothing that the
 * journal does not: when the file is missing, damaged or of another journal, it is made anew, the newest first.
 *
 * A document is all executions that started and all events that were accepted within the same ms, so that documents stand in the order of the log
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
  /** Events that were touched before this are yet to be indexed, the last one first; 0: none. */
  #before = 0;
  #gathering: Gathering | undefined;

  constructor(folder: string, tag: string, journal: DatabaseSync, size = sliceSize) {
    this.#file = join(folder, 'search.sqlite');
    this.#tag = tag;
    this.#size = size;
    this.#documents = new Documents(journal);
  }

  /** Whether events have been touched that are not indexed yet. */
  get behind(): boolean {
    this.#open();
    return this.#before > 0 || this.#documents.lastTouched > this.#cursor;
  }

  /** Every event that was touched up to then, in µs, is indexed; undefined while the index is made anew. */
  get known(): number | undefined {
    this.#open();
    return this.#before > 0 ? undefined : this.#cursor;
  }

  /**
   * Reads what has been touched for about `ms` at most, and indexes it: what is new goes first.
   * @returns what was indexed; there may be more. Undefined: there was nothing.
   */
  advance(ms: number): Indexed | undefined {
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
        const left = this.#documents.timesIn(slice.first, slice.last, few + 1);
        if (left.length > few) continue;
        this.#write(opened, () => {
          opened.slices.drop(slice);
          for (const at of left) put(opened.slices, at, this.#documents.documentAt(at));
        });
        return true;
      }
      return false;
    });
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
    this.#gathering = undefined;
  }

  #advance(opened: Opened, deadline: number): Indexed | undefined {
    // Read first, written then: what is read holds up the journal's checkpoints.
    const read = this.#documents.atOneMoment(() => this.#read(deadline));
    if (!read) return undefined;
    const { gathering, documents } = read;
    const { kind, times, then } = gathering;
    const written = gathering.written + documents.length;
    const complete = written === times.length;
    this.#write(opened, () => {
      for (const { at, words } of documents) put(opened.slices, at, words);
      if (complete) opened.setMeta.run(then, kind === 'new' ? 'cursor' : 'before');
    });
    gathering.written = written;
    if (!complete) return kind;
    if (kind === 'new') this.#cursor = then;
    else this.#before = then;
    this.#gathering = undefined;
    return kind;
  }

  /** The next documents to be written, one at least. */
  #read(deadline: number): { gathering: Gathering; documents: Document[] } | undefined {
    this.#gathering ??= this.#gather();
    const gathering = this.#gathering;
    if (!gathering) return undefined;
    const documents: Document[] = [];
    for (const at of gathering.times.slice(gathering.written)) {
      documents.push({ at, words: this.#documents.documentAt(at) });
      if (performance.now() > deadline) break;
    }
    return { gathering, documents };
  }

  #gather(): Gathering | undefined {
    const touched = this.#documents.touchedAfter(this.#cursor);
    const last = touched.at(-1);
    if (last) return this.#gathered('new', touched, last.touchedAt);
    if (this.#before === 0) return undefined;
    const old = this.#documents.touchedBefore(this.#before);
    return this.#gathered('old', old, old.at(-1)?.touchedAt ?? 0);
  }

  #gathered(kind: Indexed, events: readonly Touched[], then: number): Gathering {
    const times = new Set(events.flatMap(({ seq }) => this.#documents.timesOf(seq)));
    return { kind, times: [...times].sort((a, b) => a - b), written: 0, then };
  }

  #write({ db, slices }: Opened, work: () => void): void {
    try {
      inTransaction(db, () => {
        work();
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
    const { db, cursor, before } = openSearchFile(this.#file, this.#tag, () => this.#documents.lastTouched);
    this.#cursor = cursor;
    this.#before = before;
    this.#opened = {
      db,
      slices: new WordSlices(db, this.#size),
      setMeta: db.prepare('update meta set value = ? where key = ?'),
    };
    return this.#opened;
  }
}

function put(slices: WordSlices, at: number, words: string): void {
  if (words !== '') slices.put(at, words);
}
