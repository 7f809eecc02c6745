import type { ExecutionFilter, PageRequest } from '../log/filter.ts';
import { type List, type Position, positionOf } from './cursor.ts';

/** Of a page: times inclusive and exclusive in ms, and the place after which it begins. */
export interface PageBounds {
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

/** @throws InvalidInput for a cursor that is not one of this list */
export function pageBoundsOf(
  list: List,
  { from, to }: Pick<ExecutionFilter, 'from' | 'to'>,
  { limit, cursor }: PageRequest,
): PageBounds {
  return { from, to, limit, after: cursor === undefined ? undefined : positionOf(list, cursor) };
}

/** A page of what was found, of which there is perhaps more than belongs into it. */
export function paged(found: readonly Position[], limit: number): Positions {
  const page = found.slice(0, limit);
  return { found: page, next: found.length > limit ? (page.at(-1) ?? null) : null };
}

export function isAfter([at, seq]: Position, place: Position | undefined): boolean {
  return place === undefined || at < place[0] || (at === place[0] && seq < place[1]);
}
