import type { SQLOutputValue } from 'node:sqlite';
import type { Position } from '../../reading/cursor.ts';
import type { PageBounds, Positions } from '../../reading/page-bounds.ts';
import type { Selection } from '../../reading/selection.ts';
import type { Statements } from '../statements.ts';

const end = Number.MAX_SAFE_INTEGER;

/**
 * Finds the newest rows of a selection by walking its indexes from the newest end. Without a filter it costs what the
 * page is long; with one it stops at the bound and says where to go on, be the page full or not.
 */
export function newestFirst(statements: Statements, selection: Selection, bounds: PageBounds): Positions {
  const { filter, bound = 0, values } = selection;
  const [at, seq] = bounds.after ?? [end, end];
  const bindings = {
    ...values,
    low: bounds.from ?? 0,
    high: Math.min(bounds.to === undefined ? end : bounds.to - 1, at),
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
    .all({ ...bindings, limit: bounds.limit + 1, ...(filter !== undefined && { bound }) });
  const found = rows.map(positionOfRow);
  if (found.length > bounds.limit) return { found: found.slice(0, -1), next: found.at(-2) ?? null };
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
    // Named, because the planner has no statistics to choose it by.
    ({ index, where }) =>
      `select ${columns.join(', ')} from ${table}${index ? ` indexed by ${index}` : ''}` +
      ` where ${[where, ...conditions].join(' and ')}`,
  );
  return parts.join(' union all ');
}

function positionOfRow(row: Record<string, SQLOutputValue>): Position {
  return [Number(row['at']), Number(row['seq'])];
}
