import type { Position } from '../../reading/cursor.ts';
import type { PageBounds, Positions } from '../../reading/page-bounds.ts';
import type { Selection } from '../../reading/selection.ts';
import type { Row } from '../connection.ts';
import type { Ask } from '../named-values.ts';

const end = Number.MAX_SAFE_INTEGER;

/**
 * Finds the newest rows of a selection by walking its indexes from the newest end. Without a filter it costs what the
 * page is long; with one it stops at the bound and says where to go on, be the page full or not.
 */
export async function newestFirst(ask: Ask, selection: Selection, bounds: PageBounds): Promise<Positions> {
  const { filter, bound = 0, values } = selection;
  const [at, seq] = bounds.after ?? [end, end];
  const place = {
    low: bounds.from ?? 0,
    high: Math.min(bounds.to === undefined ? end : bounds.to - 1, at),
    at,
    seq,
  };
  const merged = mergedStretches(selection);
  const limit = bounds.limit + 1;
  const rows =
    filter === undefined
      ? await ask(`${merged} limit :limit`, { ...values, ...place, limit })
      : await ask(`select at, seq from (${merged} limit :bound) as merged where ${filter} limit :limit`, {
          ...values,
          ...place,
          bound,
          limit,
        });
  const found = rows.map(positionOfRow);
  if (found.length > bounds.limit) return { found: found.slice(0, -1), next: found.at(-2) ?? null };
  if (filter === undefined) return { found, next: null };
  const [last] = await ask(`${merged} limit 1 offset :skipped`, { ...values, ...place, skipped: bound - 1 });
  return { found, next: last ? positionOfRow(last) : null };
}

/** Each stretch is asked for in order, so that the planner merges them, and none is read further than the page needs. */
function mergedStretches({ table, time, few, stretches, columns = [] }: Selection): string {
  const selected = [`${time} as at`, 'seq', ...columns].join(', ');
  const inWindow = `${time} between :low and :high and (${time}, seq) < (:at, :seq)`;
  // What is looked up by a key must not be looked for along an index that stands in this order.
  const inOrder = few ? 'offset 0' : `order by ${time} desc, seq desc`;
  const parts = stretches.map(
    ({ where }) => `(select ${selected} from ${table} where ${where} and ${inWindow} ${inOrder})`,
  );
  return `select * from (${parts.join(' union all ')}) as stretches order by at desc, seq desc`;
}

function positionOfRow(row: Row): Position {
  return [Number(row['at']), Number(row['seq'])];
}
