import { breather } from '../../reading/breather.ts';
import type { Slice } from '../../reading/slices.ts';
import { addFacets, documentColumns, searchedPart, wordsOf } from '../../reading/text-document.ts';
import { addWords } from '../../search-words.ts';
import { statusCode } from '../../stage.ts';
import type { Connection, ConnectionOptions, Query } from '../connection.ts';
import { type Ask, named } from '../named-values.ts';
import { lexemesOf } from './lexemes.ts';
import { type OpenSlice, OpenSlices } from './open-slices.ts';
import { createTable, dropSlices, tableOf } from './slice-tables.ts';

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
const sliceSize = 32_768;
/** A slice of which no more than this share is left is let go, and what is left is indexed anew. */
const sparse = 1 / 8;
/** Seconds for which whoever reads may still go by a slice that was let go. */
const readable = 60;

/** Executions that began within a time, of each status so many. */
const left = Object.values(statusCode)
  .filter((code) => code > statusCode.running)
  .map(
    (
      code,
    ) => `(select event_seq from executions where status = ${code} and status > 1 and started_at is not null
      and started_at between :first and :last limit :most)`,
  )
  .join(' union all ');

const sql = {
  lock: 'select pg_try_advisory_xact_lock(hashtextextended(:name, 0)) as locked',
  cursor: "select value::bigint as cursor from meta where key = 'texts'",
  touched: `select seq, touched_at as at from events where touched_at is not null and touched_at > :cursor
    order by touched_at limit ${batch}`,
  late: `select seq, touched_at as at from events e
    where touched_at is not null and touched_at > :since and touched_at <= :cursor and not exists (
      select from texts_lately l where l.touched_at = e.touched_at and l.event_seq = e.seq
    ) order by touched_at limit ${batch}`,
  remember: `insert into texts_lately(touched_at, event_seq)
    select * from unnest(:times::bigint[], :events::bigint[]) on conflict do nothing`,
  forget: 'delete from texts_lately where touched_at < :before',
  requests: `select seq, substr(payload, 1, ${searchedPart}) as request from bodies where seq = any(:events)`,
  documents: `select ${documentColumns}, started_at from executions
    where event_seq = any(:events) and status > 0 and started_at is not null`,
  slices: 'select id, first, last, documents from text_slices where gone_at is null order by first',
  begin: 'insert into text_slices(first, last, documents) values(:first, :last, 0) returning id',
  put: (table: string) => `insert into ${table}(seq, started_at, words)
    select seq, at, array_to_tsvector(words)
    from json_to_recordset(:rows::json) as d(seq bigint, at bigint, words text[])
    on conflict(seq) do update set words = excluded.words returning xmax = 0 as added`,
  stretch: `update text_slices set first = :first, last = :last, documents = documents + :added where id = :id`,
  goOn: "update meta set value = :cursor::bigint where key = 'texts'",
  oldest: 'select touched_at as at from events where stage >= 7 order by touched_at, seq limit 1',
  letGo: 'update text_slices set gone_at = clock_timestamp() where id = :id',
  gone: `select id from text_slices where gone_at < clock_timestamp() - make_interval(secs => ${readable})`,
  soon: "set local lock_timeout = '1s'",
};

/** What has become of a part: there may be more, there was nothing, or another process is at it. */
export type Advanced = 'some' | 'nothing' | 'elsewhere';

interface Touched {
  readonly seq: number;
  /** µs */
  readonly at: number;
}

type StoredSlice = Slice & { readonly id: number };

/**
 * The words of executions, kept a little behind the journal. An execution is a document. Documents are gathered by the
 * time of their executions into slices, each a table of its own: a search for a prefix has to merge all that an index
 * holds of it before the newest are known, so a slice bounds what a common word costs; and no index of words ever
 * forgets one, so a slice whose executions have been pruned is dropped whole. Whoever searches looks at the rows
 * themselves.
 */
export class TextIndex {
  readonly #open: () => Promise<Connection>;
  readonly #lock: string;
  readonly #size: number;
  #connection: Connection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

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

  /**
   * Indexes the next part of what has been touched.
   * @param hasOthers it is remembered for a while, for those who look back
   */
  advance(hasOthers = true): Promise<Advanced> {
    return this.#once(async (ask) => {
      const cursor = await cursorIn(ask);
      const touched = await touchedIn(ask, sql.touched, { cursor });
      const last = touched.at(-1);
      if (!last) return 'nothing';
      await this.#index(ask, seqsOf(touched));
      if (hasOthers) await remember(ask, touched, last.at);
      await ask(sql.goOn, { cursor: last.at });
      return 'some';
    });
  }

  /** Indexes what was touched lately and was committed late. */
  lookBack(): Promise<Advanced> {
    return this.#once(async (ask) => {
      const cursor = await cursorIn(ask);
      const touched = await touchedIn(ask, sql.late, { cursor, since: cursor - lookBack });
      if (touched.length === 0) return 'nothing';
      await this.#index(ask, seqsOf(touched));
      await remember(ask, touched, cursor);
      return 'some';
    });
  }

  /** Lets go of a slice whose executions have been pruned. */
  compact(): Promise<Advanced> {
    return this.#once(async (ask) => {
      const [oldest] = await ask(sql.oldest);
      // Whatever began before the oldest settled event was touched is pruned, unless it has been touched since.
      const before = oldest ? Number(oldest['at']) / 1000 : Number.POSITIVE_INFINITY;
      for (const { id, first, last, documents } of await slicesIn(ask)) {
        if (last >= before) break;
        const few = Math.floor(documents * sparse);
        const events = (await ask(left, { first, last, most: few + 1 })).map(({ event_seq: seq }) =>
          Number(seq),
        );
        if (events.length > few) continue;
        await ask(sql.letGo, { id });
        await this.#index(ask, [...new Set(events)]);
        return 'some';
      }
      return 'nothing';
    });
  }

  /** Drops what was let go a while ago. */
  clear(): Promise<Advanced> {
    return this.#once(async (ask, query) => {
      const gone = await ask(sql.gone);
      if (gone.length === 0) return 'nothing';
      await query(sql.soon);
      await dropSlices(
        query,
        gone.map(({ id }) => Number(id)),
      );
      return 'some';
    });
  }

  /** Once the part is done that it is at. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#connection?.close();
  }

  /** One after the other: all go by one connection, each in a transaction. */
  #once(work: (ask: Ask, query: Query) => Promise<Advanced>): Promise<Advanced> {
    const advanced = this.#last.then(() => this.#carryOut(work));
    this.#last = advanced.catch(() => undefined);
    return advanced;
  }

  async #carryOut(work: (ask: Ask, query: Query) => Promise<Advanced>): Promise<Advanced> {
    if (this.#closed) throw new Error('it was closed');
    if (!this.#connection || this.#connection.lost) this.#connection = await this.#open();
    const { query } = this.#connection;
    const ask = named(query);
    await query('begin');
    try {
      const [lock] = await ask(sql.lock, { name: this.#lock });
      const advanced = lock?.['locked'] === true ? await work(ask, query) : 'elsewhere';
      await query('commit');
      return advanced;
    } catch (error) {
      await query('rollback').catch(() => undefined);
      throw error;
    }
  }

  async #index(ask: Ask, events: readonly number[]): Promise<void> {
    const [requests, documents, stored] = await Promise.all([
      ask(sql.requests, { events }),
      ask(sql.documents, { events }),
      slicesIn(ask),
    ]);
    const slices = new OpenSlices(stored, this.#size);
    const requestOf = new Map(requests.map((row) => [row['seq'], String(row['request'])]));
    const wordsOfRequest = new Map<unknown, ReadonlySet<string>>();
    const breathe = breather();
    for (const row of documents.toSorted((a, b) => Number(a['started_at']) - Number(b['started_at']))) {
      await breathe();
      const event = row['event_seq'];
      const ofRequest = wordsOfRequest.get(event) ?? wordsIn(requestOf.get(event) ?? '');
      wordsOfRequest.set(event, ofRequest);
      const words = wordsOf(row, ofRequest);
      addFacets(row, words);
      slices.put({ seq: Number(row['seq']), at: Number(row['started_at']), words: lexemesOf(words) });
    }
    for (const slice of slices.changed) await write(ask, slice);
  }
}

async function write(ask: Ask, { id: known, first, last, rows }: OpenSlice): Promise<void> {
  const id = known ?? (await begin(ask, first, last));
  const put = await ask(sql.put(tableOf(id)), { rows: JSON.stringify(rows) });
  const added = put.filter((row) => row['added'] === true).length;
  await ask(sql.stretch, { id, first, last, added });
}

async function begin(ask: Ask, first: number, last: number): Promise<number> {
  const [row] = await ask(sql.begin, { first, last });
  const id = Number(row?.['id']);
  await createTable(ask, id);
  return id;
}

async function cursorIn(ask: Ask): Promise<number> {
  const [stored] = await ask(sql.cursor);
  return Number(stored?.['cursor']);
}

async function slicesIn(ask: Ask): Promise<readonly StoredSlice[]> {
  return (await ask(sql.slices)) as unknown as readonly StoredSlice[];
}

async function touchedIn(
  ask: Ask,
  text: string,
  values: Readonly<Record<string, number>>,
): Promise<readonly Touched[]> {
  const rows = await ask(text, values);
  return rows.map(({ seq, at }) => ({ seq: Number(seq), at: Number(at) }));
}

async function remember(ask: Ask, touched: readonly Touched[], cursor: number): Promise<void> {
  await Promise.all([
    ask(sql.remember, { times: touched.map(({ at }) => at), events: seqsOf(touched) }),
    ask(sql.forget, { before: cursor - 2 * lookBack }),
  ]);
}

function seqsOf(touched: readonly Touched[]): number[] {
  return touched.map(({ seq }) => seq);
}

function wordsIn(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  addWords(text, words);
  return words;
}
