import type { ListRow } from './list-search.ts';
import type { LiveList } from './live-list.ts';

/** What tells whether a list's search finds a row. */
export interface Finding<Row extends ListRow> {
  /** The registries that are searched. */
  readonly sources: readonly string[];
  /** ISO 8601: what the list is sorted by, newest first. */
  readonly timeOf: (row: Row) => string;
  /** Undefined: only the API can say. */
  readonly belongs: (row: Row) => boolean | undefined;
}

/** Those of these rows that the search of a list does not find (any more), as far as is known without asking. */
export function lostOf<Row extends ListRow>(
  rows: readonly Row[],
  list: Pick<LiveList<Row>, 'rows' | 'status' | 'complete'>,
  { sources, timeOf, belongs }: Finding<Row>,
): readonly Row[] {
  const loaded = new Set(list.rows.map(({ id }) => id));
  const oldest = list.rows.at(-1);
  const isAmongLoaded = (row: Row) => list.complete || (oldest !== undefined && timeOf(row) > timeOf(oldest));
  return rows.filter((row) => {
    if (!sources.includes(row.registry)) return true;
    if (loaded.has(row.id)) return false;
    return belongs(row) === false || (list.status === 'ready' && isAmongLoaded(row));
  });
}
