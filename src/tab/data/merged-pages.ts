import type { Page } from './shapes.ts';

/** Gets a page of one source; `cursor` is null for the first. */
export type FetchPage<Row> = (source: string, cursor: string | null, limit: number) => Promise<Page<Row>>;

/** Pages of each source that are read at a time. */
const mostPages = 5;

interface Source<Row> {
  readonly id: string;
  readonly rows: Row[];
  cursor: string | null;
  drained: boolean;
}

/** Reads several sorted lists, page by page, as if they were one. */
export class MergedPages<Row> {
  readonly #sources: readonly Source<Row>[];
  readonly #fetch: FetchPage<Row>;
  readonly #compare: (a: Row, b: Row) => number;

  constructor(sources: readonly string[], fetch: FetchPage<Row>, compare: (a: Row, b: Row) => number) {
    this.#sources = sources.map((id) => ({ id, rows: [], cursor: null, drained: false }));
    this.#fetch = fetch;
    this.#compare = compare;
  }

  /** Whether there are no further rows. */
  get drained(): boolean {
    return this.#sources.every(({ rows, drained }) => drained && rows.length === 0);
  }

  /**
   * The next rows, `limit` at most; fewer when the sources are drained, or when a search that looks through many
   * rows has given short pages only.
   */
  async next(limit: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let pages = 0; rows.length < limit; ) {
      // Without a row of every source nothing can be said of which comes first.
      const empty = this.#sources.filter(isEmpty);
      if (empty.length > 0 && pages === mostPages) break;
      if (empty.length > 0) pages += 1;
      await Promise.all(empty.map((source) => this.#refill(source, limit)));
      if (empty.some(isEmpty)) continue;
      const first = this.#first();
      if (!first) break;
      rows.push(first);
    }
    return rows;
  }

  #first(): Row | undefined {
    const [first] = this.#sources
      .filter(({ rows }) => rows.length > 0)
      .sort((a, b) => this.#compare(a.rows[0] as Row, b.rows[0] as Row));
    return first?.rows.shift();
  }

  async #refill(source: Source<Row>, limit: number): Promise<void> {
    const { items, nextCursor } = await this.#fetch(source.id, source.cursor, limit);
    source.rows.push(...items);
    source.cursor = nextCursor;
    source.drained = nextCursor === null;
  }
}

function isEmpty<Row>({ rows, drained }: Source<Row>): boolean {
  return rows.length === 0 && !drained;
}

/**
 * Up to where a list is read that goes on after a row: a cut between rows of one millisecond must lose none, and what
 * comes twice is merged. @param at ISO 8601
 */
export function justAfter(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}
