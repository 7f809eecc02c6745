import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { addWords } from '../../words.ts';
import { addFacets, addObject, documentColumns, searchedPart, wordsOf } from './text-document.ts';

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

/** What the journal gives to the text index: documents, and which of them have changed. */
export class Documents {
  readonly #journal: DatabaseSync;
  readonly #requests = new Map<number, ReadonlySet<string>>();
  readonly #touchedAfter: StatementSync;
  readonly #touchedBefore: StatementSync;
  readonly #lastTouched: StatementSync;
  readonly #oldestSettled: StatementSync;
  readonly #timesOf: StatementSync;
  readonly #timesIn: StatementSync;
  readonly #startedAt: StatementSync;
  readonly #acceptedAt: StatementSync;
  readonly #payload: StatementSync;

  constructor(journal: DatabaseSync) {
    this.#journal = journal;
    this.#touchedAfter = journal.prepare(
      `select seq, touched_at from events where touched_at is not null and touched_at > ? order by touched_at limit ${batch}`,
    );
    this.#touchedBefore = journal.prepare(
      `select seq, touched_at from events where touched_at is not null and touched_at < ? order by touched_at desc limit ${batch}`,
    );
    this.#lastTouched = journal.prepare(
      'select max(touched_at) as last from events where touched_at is not null',
    );
    this.#oldestSettled = journal.prepare(
      'select touched_at from events where stage >= 7 order by touched_at limit 1',
    );
    this.#timesOf = journal.prepare(
      `select started_at as at from executions indexed by executions_by_event
       where event_seq = :event and started_at is not null
       union select accepted_at from events where seq = :event`,
    );
    this.#timesIn = journal.prepare(
      `select started_at as at from executions where status = 1 and started_at between :first and :last
       union select started_at from executions indexed by executions_by_status
       where ${ended} and started_at between :first and :last
       union select accepted_at from events indexed by events_by_time
       where accepted_at between :first and :last limit :limit`,
    );
    this.#acceptedAt = journal.prepare(
      'select object_id from events indexed by events_by_time where accepted_at = ?',
    );
    this.#startedAt = journal.prepare(
      `select ${documentColumns} from executions where status = 1 and started_at = :at
       union all select ${documentColumns} from executions indexed by executions_by_status
       where ${ended} and started_at = :at`,
    );
    this.#payload = journal.prepare(
      `select substr(payload, 1, ${searchedPart}) as payload from events where seq = ?`,
    );
  }

  /** `touched_at`, in µs, of the event that was touched last. */
  get lastTouched(): number {
    return Number(this.#lastTouched.get()?.['last'] ?? 0);
  }

  /** `touched_at`, in µs, of the settled event that will be pruned first. */
  get oldestSettled(): number {
    return Number(this.#oldestSettled.get()?.['touched_at'] ?? Number.POSITIVE_INFINITY);
  }

  /** What `read` sees is of one moment; for the journal it is one reader instead of many. */
  atOneMoment<T>(read: () => T): T {
    this.#journal.exec('begin');
    try {
      return read();
    } finally {
      this.#journal.exec('commit');
    }
  }

  /** The next events that were touched after this, in the order of their `touched_at`; none: there are no more. */
  touchedAfter(cursor: number): readonly Touched[] {
    return this.#touchedAfter.all(cursor).map(touchedOf);
  }

  /** The next events that were touched before this, the last one first; none: there are no more. */
  touchedBefore(cursor: number): readonly Touched[] {
    return this.#touchedBefore.all(cursor).map(touchedOf);
  }

  /** When the event was accepted and its executions began, in ms: these are the documents that it has a part in. */
  timesOf(event: number): number[] {
    return this.#timesOf.all({ event }).map((row) => Number(row['at']));
  }

  /** The documents of a time, in ms and inclusive. */
  timesIn(first: number, last: number, limit: number): number[] {
    return this.#timesIn.all({ first, last, limit }).map((row) => Number(row['at']));
  }

  /** The words of all executions that began and all events that were accepted in one ms, separated by spaces. */
  documentAt(at: number): string {
    const words = new Set<string>();
    for (const row of this.#startedAt.all({ at })) {
      for (const word of wordsOf(row, this.#requestWords(Number(row['event_seq'])))) words.add(word);
      addFacets(row, words);
    }
    for (const row of this.#acceptedAt.all(at)) addObject(String(row['object_id']), words);
    return [...words].join(' ');
  }

  /** A request does not change any more once executions of it have begun. */
  #requestWords(event: number): ReadonlySet<string> {
    const known = this.#requests.get(event);
    if (known) return known;
    const words = new Set<string>();
    addWords(String(this.#payload.get(event)?.['payload'] ?? ''), words);
    this.#requests.set(event, words);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > remembered && oldest !== undefined) this.#requests.delete(oldest);
    return words;
  }
}

function touchedOf(row: Record<string, SQLOutputValue>): Touched {
  return { seq: Number(row['seq']), touchedAt: Number(row['touched_at']) };
}
