import { breather } from '../../reading/breather.ts';
import type { Slice } from '../../reading/slices.ts';
import { sliceFor } from '../../reading/slices.ts';
import { addFacets, documentColumns, searchedPart, wordsOf } from '../../reading/text-document.ts';
import { addWords } from '../../search-words.ts';
import type { Connection, ConnectionOptions, Row } from '../connection.ts';
import { type Ask, named } from '../named-values.ts';
import { lexemesOf } from './lexemes.ts';

/** What a crash takes can be made anew: it goes on from where it was. */
export const indexerSession = {
  settings: { synchronous_commit: 'off', enable_seqscan: 'off', jit: 'off' },
  planned: 'each time',
} as const satisfies ConnectionOptions;

/** Events that are indexed in one transaction. */
const batch = 128;
/** µs: what was touched by others so long before the last that is indexed may have been committed after it. */
const lookBack = 5_000_000;
/** Small enough that all of a slice are found in some 10 ms, where a word is in all of them. */
const sliceSize = 16_384;

const sql = {
  lock: 'select pg_try_advisory_xact_lock(hashtextextended(:name, 0)) as locked',
  cursor: "select value::bigint as cursor from meta where key = 'texts'",
  touched: `select seq, touched_at as at from events where touched_at is not null and touched_at > :cursor
    order by touched_at limit ${batch}`,
  late: `select seq, touched_at as at from events e
    where touched_at is not null and touched_at > :since and touched_at <= :cursor and exists (
      select 1 from executions x left join texts t using(seq)
      where x.event_seq = e.seq and x.status > 0 and x.started_at is not null
      and t.touched_at is distinct from e.touched_at
    ) order by touched_at limit ${batch}`,
  // Retention passes them by meanwhile: it does not see words yet that it would have to delete with them.
  hold: 'select from events where seq = any(:events) for key share',
  requests: `select seq, substr(payload, 1, ${searchedPart}) as request from bodies where seq = any(:events)`,
  documents: `select ${documentColumns}, started_at from executions
    where event_seq = any(:events) and status > 0 and started_at is not null`,
  known: 'select seq from texts where seq = any(:seqs)',
  slices: 'select id, first, last, documents from text_slices order by first',
  put: `insert into texts(seq, started_at, touched_at, words)
    select seq, at, touched, array_to_tsvector(words)
    from json_to_recordset(:rows::json) as d(seq bigint, at bigint, touched bigint, words text[])
    on conflict(seq) do update set touched_at = excluded.touched_at, words = excluded.words`,
  putSlices: `insert into text_slices(id, first, last, documents)
    select id, first, last, documents
    from json_to_recordset(:rows::json) as d(id integer, first bigint, last bigint, documents integer)
    on conflict(id) do update set first = excluded.first, last = excluded.last, documents = excluded.documents`,
  goOn: "update meta set value = :cursor::bigint where key = 'texts'",
};

/** What has become of a part: there may be more, there was nothing, or another process is at it. */
export type Advanced = 'some' | 'nothing' | 'elsewhere';

/** Looks for events that have been touched. */
type Find = (ask: Ask, cursor: number) => Promise<readonly Row[]>;

interface Touched {
  readonly seq: number;
  /** µs */
  readonly at: number;
}

/** A slice while documents are put into it. */
interface OpenSlice extends Slice {
  readonly id: number;
  first: number;
  last: number;
  documents: number;
}

/**
 * The words of executions, kept a little behind the journal. An execution is a document. Documents are gathered by the
 * time of their executions into slices, and each word begins with the slice that it belongs to: a search for a prefix
 * has to merge all that the index holds of it before the newest are known, so a slice bounds what a common word costs.
 * Whoever searches looks at the rows themselves.
 */
export class TextIndex {
  readonly #open: () => Promise<Connection>;
  readonly #lock: string;
  readonly #size: number;
  #connection: Connection | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param open its own connection
   * @param lock by which one process at a time is at it
   * @param size see sliceSize
   */
  constructor(open: () => Promise<Connection>, lock: string, size = sliceSize) {
    this.#open = open;
    this.#lock = lock;
    this.#size = size;
  }

  /** Indexes the next part of what has been touched. */
  advance(): Promise<Advanced> {
    return this.#once((ask, cursor) => ask(sql.touched, { cursor }));
  }

  /** Indexes what was touched lately and was committed late. */
  lookBack(): Promise<Advanced> {
    return this.#once((ask, cursor) => ask(sql.late, { cursor, since: cursor - lookBack }));
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#connection?.close();
  }

  /** One after the other: all go by one connection. */
  #once(find: Find): Promise<Advanced> {
    const advanced = this.#last.then(() => this.#advance(find));
    this.#last = advanced.catch(() => undefined);
    return advanced;
  }

  async #advance(find: Find): Promise<Advanced> {
    if (!this.#connection || this.#connection.lost) this.#connection = await this.#open();
    const { query } = this.#connection;
    const ask = named(query);
    await query('begin');
    try {
      const [lock] = await ask(sql.lock, { name: this.#lock });
      const advanced = lock?.['locked'] === true ? await this.#carryOn(ask, find) : 'elsewhere';
      await query('commit');
      return advanced;
    } catch (error) {
      await query('rollback').catch(() => undefined);
      throw error;
    }
  }

  async #carryOn(ask: Ask, find: Find): Promise<Advanced> {
    const [stored] = await ask(sql.cursor);
    const cursor = Number(stored?.['cursor']);
    const touched = (await find(ask, cursor)).map(
      ({ seq, at }): Touched => ({ seq: Number(seq), at: Number(at) }),
    );
    const last = touched.at(-1);
    if (!last) return 'nothing';
    await this.#index(ask, touched);
    if (last.at > cursor) await ask(sql.goOn, { cursor: last.at });
    return 'some';
  }

  async #index(ask: Ask, touched: readonly Touched[]): Promise<void> {
    const events = touched.map(({ seq }) => seq);
    const [, requests, documents, stored] = await Promise.all([
      ask(sql.hold, { events }),
      ask(sql.requests, { events }),
      ask(sql.documents, { events }),
      ask(sql.slices),
    ]);
    const known = await ask(sql.known, { seqs: documents.map(({ seq }) => Number(seq)) });
    const slices = new OpenSlices(stored as unknown as readonly OpenSlice[], this.#size);
    const isKnown = new Set(known.map(({ seq }) => Number(seq)));
    const touchedAt = new Map(touched.map(({ seq, at }) => [seq, at]));
    const requestOf = new Map(requests.map((row) => [row['seq'], String(row['request'])]));
    const wordsOfRequest = new Map<unknown, ReadonlySet<string>>();
    const breathe = breather();
    const rows: object[] = [];
    for (const row of documents.toSorted((a, b) => Number(a['started_at']) - Number(b['started_at']))) {
      await breathe();
      const [seq, at, event] = [Number(row['seq']), Number(row['started_at']), row['event_seq']];
      const ofRequest = wordsOfRequest.get(event) ?? wordsIn(requestOf.get(event) ?? '');
      wordsOfRequest.set(event, ofRequest);
      const words = wordsOf(row, ofRequest);
      addFacets(row, words);
      const slice = slices.put(at, !isKnown.has(seq));
      rows.push({ seq, at, touched: touchedAt.get(Number(event)), words: lexemesOf(slice, words) });
    }
    if (rows.length === 0) return;
    await Promise.all([
      ask(sql.put, { rows: JSON.stringify(rows) }),
      ask(sql.putSlices, { rows: JSON.stringify([...slices.changed]) }),
    ]);
  }
}

class OpenSlices {
  readonly changed = new Set<OpenSlice>();
  readonly #size: number;
  #slices: readonly OpenSlice[];

  constructor(slices: readonly OpenSlice[], size: number) {
    this.#slices = slices.map((slice) => ({ ...slice }));
    this.#size = size;
  }

  /** Finds, or makes, room for a document. @returns the id of its slice */
  put(at: number, isNew: boolean): number {
    const slice = sliceFor(this.#slices, at, this.#size) ?? this.#begin(at);
    slice.first = Math.min(slice.first, at);
    slice.last = Math.max(slice.last, at);
    if (isNew) slice.documents += 1;
    this.changed.add(slice);
    return slice.id;
  }

  #begin(at: number): OpenSlice {
    const id = Math.max(0, ...this.#slices.map((slice) => slice.id)) + 1;
    const slice = { id, first: at, last: at, documents: 0 };
    this.#slices = [...this.#slices, slice].sort((a, b) => a.first - b.first);
    return slice;
  }
}

function wordsIn(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  addWords(text, words);
  return words;
}
