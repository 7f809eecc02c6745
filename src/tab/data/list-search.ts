import type { FetchPage } from './merged-pages.ts';

export interface ListRow {
  readonly id: string;
  readonly registry: string;
}

/** Rows of a registry as they are now, by their ids. */
export type ReadRows<Row> = (registry: string, ids: readonly string[]) => Promise<readonly Row[]>;

export interface Search<Row> {
  /** The registries whose lists are read as one. */
  readonly sources: readonly string[];
  /** `upTo`: ISO 8601; nothing newer is wanted. */
  readonly fetch: (upTo: string | undefined) => FetchPage<Row>;
  /** Reads rows whatever is searched for. */
  readonly read?: ReadRows<Row>;
  /** Whether a row that was so read is searched for; undefined: only the API can say. */
  readonly belongs?: (row: Row) => boolean | undefined;
  /** Whether a row tells of something whose end is near: a call that runs. */
  readonly isUnderWay?: (row: Row) => boolean;
}

/** What the live feed says of a row: that it belongs to the list or no longer does; undefined: it can't say. */
export interface Told<Row> {
  readonly row: Row;
  readonly belongs: boolean | undefined;
}
