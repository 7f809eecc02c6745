import type { DatabaseSync } from 'node:sqlite';
import { TransientMap } from '../../../words/transient-map.ts';
import { JournalError, sqliteErrorKind } from '../../journal-error.ts';
import { addFacets, addObject, documentColumns, searchedPart, wordsOf } from '../../reading/text-document.ts';
import { addWords } from '../../search-words.ts';
import { Statements } from '../statements.ts';

/** Events whose documents are gathered at a time. */
const batch = 1024;
/** Events of which the words of the request are remembered, as executions of a chain stand in several documents. */
const remembered = 128;

/** An event that was touched, and when, in µs. */
export interface Touched {
  readonly seq: number;
  readonly touchedAt: number;
}

/** Statuses of which executions stand in the log's indexes; a running one has an index of its own. */
const ended = 'status in (2, 3, 4, 5, 6) and status > 1 and started_at is not null';

const startedAt = `select ${documentColumns} from executions where status = 1 and started_at = :at
  union all select ${documentColumns} from executions indexed by executions_by_status
  where ${ended} and started_at = :at`;
const acceptedAt = 'select object_id from events indexed by events_by_time where accepted_at = ?';
const payloadOf = `select substr(payload, 1, ${searchedPart}) as payload from events where seq = ?`;

/** What the journal gives to the text index: documents, and which of them have changed. */
export class Documents {
  readonly #journal: DatabaseSync;
  readonly #statements: Statements;
  readonly #requests = new TransientMap<number, ReadonlySet<string>>();

  constructor(journal: DatabaseSync) {
    this.#journal = journal;
    this.#statements = new Statements(journal);
  }

  /** `touched_at`, in µs, of the event that was touched last. */
  get lastTouched(): number {
    const last = this.#statements.of(
      'select max(touched_at) as last from events where touched_at is not null',
    );
    return Number(last.get()?.['last'] ?? 0);
  }

  /** `touched_at`, in µs, of the settled event that will be pruned first. */
  get oldestSettled(): number {
    const oldest = this.#statements.of(
      'select touched_at from events where stage >= 7 order by touched_at limit 1',
    );
    return Number(oldest.get()?.['touched_at'] ?? Number.POSITIVE_INFINITY);
  }

  /**
   * What `read` sees is of one moment; for the journal it is one reader instead of many.
   * @throws JournalError where the journal can't be read: the text index is not to blame
   */
  atOneMoment<T>(read: () => T): T {
    this.#journal.exec('begin');
    try {
      return read();
    } catch (error) {
      throw JournalError.from(error, 'journal.sqlite');
    } finally {
      this.#journal.exec('rollback');
    }
  }

  /** The next events that were touched after this, in the order of their `touched_at`; none: there are no more. */
  touchedAfter(cursor: number): readonly Touched[] {
    return this.#touched('touched_at > :cursor order by touched_at', cursor);
  }

  /** The next events that were touched before this, the last one first; none: there are no more. */
  touchedBefore(cursor: number): readonly Touched[] {
    return this.#touched('touched_at < :cursor order by touched_at desc', cursor);
  }

  /** When the event was accepted and its executions began, in ms: these are the documents that it has a part in. */
  timesOf(event: number): readonly number[] {
    return unlessDamaged([], () =>
      this.#times(
        `select started_at as at from executions indexed by executions_by_event
         where event_seq = :event and started_at is not null
         union select accepted_at from events where seq = :event`,
        { event },
      ),
    );
  }

  /** The documents of a time, in ms and inclusive. */
  timesIn(first: number, last: number, limit: number): number[] {
    return this.#times(
      `select started_at as at from executions where status = 1 and started_at between :first and :last
       union select started_at from executions indexed by executions_by_status
       where ${ended} and started_at between :first and :last
       union select accepted_at from events indexed by events_by_time
       where accepted_at between :first and :last limit :limit`,
      { first, last, limit },
    );
  }

  /** The words of all executions that began and all events that were accepted in one ms, separated by spaces. */
  documentAt(at: number): string {
    return unlessDamaged('', () => {
      const words = new Set<string>();
      for (const row of this.#statements.of(startedAt).all({ at })) {
        for (const word of wordsOf(row, this.#requestWords(Number(row['event_seq'])))) words.add(word);
        addFacets(row, words);
      }
      for (const row of this.#statements.of(acceptedAt).all(at)) addObject(String(row['object_id']), words);
      return [...words].join(' ');
    });
  }

  #touched(which: string, cursor: number): Touched[] {
    const sql = `select seq, touched_at from events where touched_at is not null and ${which} limit ${batch}`;
    return this.#statements
      .of(sql)
      .all({ cursor })
      .map((row) => ({ seq: Number(row['seq']), touchedAt: Number(row['touched_at']) }));
  }

  #times(sql: string, values: Readonly<Record<string, number>>): number[] {
    return this.#statements
      .of(sql)
      .all(values)
      .map(({ at }) => Number(at));
  }

  /** A request does not change any more once executions of it have begun. */
  #requestWords(event: number): ReadonlySet<string> {
    const known = this.#requests.get(event);
    if (known) return known;
    const words = new Set<string>();
    addWords(String(this.#statements.of(payloadOf).get(event)?.['payload'] ?? ''), words);
    this.#requests.set(event, words);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > remembered && oldest !== undefined) this.#requests.delete(oldest);
    return words;
  }
}

/** What is damaged in the journal is not found; all the rest is. */
function unlessDamaged<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (sqliteErrorKind(error) === 'damaged') return otherwise;
    throw error;
  }
}
