import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Statements } from '../statements.ts';
import type { Position } from './cursor.ts';

/** A stretch of an index in which rows already stand in the order of the list. */
export interface Stretch {
  /** Named, because the planner has no statistics to choose it by. */
  readonly index?: string;
  /** Conditions that the index answers. */
  readonly where: string;
}

/** A list's rows: stretches to be merged, and conditions that no index answers. */
export interface Selection {
  readonly table: 'executions' | 'events';
  /** The column that the list is sorted by; ties by seq. */
  readonly time: 'started_at' | 'accepted_at';
  readonly stretches: readonly Stretch[];
  /** Columns that `filter` looks at. */
  readonly columns?: readonly string[];
  /** Applied to each merged row; at most `bound` rows are looked through for one page. */
  readonly filter?: string;
  readonly bound?: number;
  readonly values: Readonly<Record<string, SQLInputValue>>;
}

/** Of a page: times inclusive and exclusive in ms, and the place after which it begins. */
export interface Window {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly after: Position | undefined;
  readonly limit: number;
}

export interface Positions {
  readonly found: readonly Position[];
  /** Where the next page goes on; null when there is none. */
  readonly next: Position | null;
}

const end = Number.MAX_SAFE_INTEGER;

/**
 * Finds the newest rows of a selection by walking its indexes from the newest end. Without a filter it costs what the
 * page is long; with one it stops at the bound and says where to go on, be the page full or not.
 */
export function newestFirst(statements: Statements, selection: Selection, window: Window): Positions {
  const { filter, bound = 0, values } = selection;
  const [at, seq] = window.after ?? [end, end];
  const bindings = {
    ...values,
    low: window.from ?? 0,
    high: Math.min(window.to === undefined ? end : window.to - 1, at),
    at,
    seq,
  };
  const merged = mergedStretches(selection);
  const rows = statements
    .of(
      filter === undefined
        ? `${merged} limit :limit`
        : `select at, seq from (${merged} limit :bound) where ${filter} limit :limit`,
    )
    .all({ ...bindings, limit: window.limit + 1, ...(filter !== undefined && { bound }) });
  const found = rows.map(positionOfRow);
  if (found.length > window.limit) return { found: found.slice(0, -1), next: found.at(-2) ?? null };
  if (filter === undefined) return { found, next: null };
  const last = statements.of(`${merged} limit 1 offset :skipped`).get({ ...bindings, skipped: bound - 1 });
  return { found, next: last ? positionOfRow(last) : null };
}

/** Gives the seqs of a selection's rows of one ms, newest first: without a merge, which costs more than the rows. */
export function rowsOfMs(statements: Statements, selection: Selection): (at: number) => readonly number[] {
  const { time, filter, values } = selection;
  const statement = statements.of(united(selection, ['seq'], [`${time} = :at`, ...(filter ? [filter] : [])]));
  return (at) =>
    statement
      .all({ ...values, at })
      .map(({ seq }) => Number(seq))
      .sort((a, b) => b - a);
}

function mergedStretches(selection: Selection): string {
  const { time, columns = [] } = selection;
  const inWindow = [`${time} between :low and :high`, `(${time} < :at or seq < :seq)`];
  return `${united(selection, [`${time} as at`, 'seq', ...columns], inWindow)} order by at desc, seq desc`;
}

function united(
  { table, stretches }: Selection,
  columns: readonly string[],
  conditions: readonly string[],
): string {
  const parts = stretches.map(
    ({ index, where }) =>
      `select ${columns.join(', ')} from ${table}${index ? ` indexed by ${index}` : ''}` +
      ` where ${[where, ...conditions].join(' and ')}`,
  );
  return parts.join(' union all ');
}

function positionOfRow(row: Record<string, SQLOutputValue>): Position {
  return [Number(row['at']), Number(row['seq'])];
}
