import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Position } from '../../reading/cursor.ts';
import { isAfter, type PageBounds, type Positions, paged } from '../../reading/page-bounds.ts';
import type { Selection } from '../../reading/selection.ts';
import type { IndexQuery } from '../search/index-query.ts';
import type { TextIndex } from '../search/text-index.ts';
import type { Proposed } from '../search/word-slices.ts';
import type { Statements } from '../statements.ts';
import { rowsOfMs } from './newest-first.ts';

/** Ms after which a search gives what it has, and where to go on. */
const searchTime = 200;
/** Documents that the index proposes at a time. */
const proposedAtOnce = 100;

interface Asked {
  readonly query: IndexQuery;
  readonly bounds: PageBounds;
  /** Of the rows themselves: they decide. */
  readonly selection: Selection;
  /** Whether a row of the selection is meant. */
  readonly keeps?: (seq: number) => boolean;
  /** Times, in ms, that the index may not know of yet. */
  readonly alsoAt?: readonly number[];
}

/** Finds what the index proposes times of, newest first. */
export async function proposed(statements: Statements, index: TextIndex, asked: Asked): Promise<Positions> {
  const { query, bounds, keeps = () => true, alsoAt = [] } = asked;
  const rowsAt = rowsOfMs(statements, asked.selection);
  const { from = 0, to = Number.MAX_SAFE_INTEGER, after } = bounds;
  let upTo: number | null = Math.min(after?.[0] ?? Number.MAX_SAFE_INTEGER, to - 1);
  const deadline = performance.now() + searchTime;
  const found: Position[] = [];
  while (upTo !== null) {
    const newest: number = upTo;
    const proposal: Proposed = index.find(query, from, newest, proposedAtOnce);
    const older = proposal.upTo;
    const between = alsoAt.filter((at) => at <= newest && at > (older ?? from - 1));
    for (const at of merged(proposal.found, between)) {
      for (const seq of rowsAt(at)) if (isAfter([at, seq], after) && keeps(seq)) found.push([at, seq]);
      if (found.length > bounds.limit) return paged(found, bounds.limit);
      if (performance.now() > deadline) return { found, next: [at, 0] };
    }
    upTo = older;
    if (upTo !== null && performance.now() > deadline) return { found, next: [upTo + 1, 0] };
    // Other queries go between: the slices of a long search are many.
    await yieldToOthers();
  }
  return { found, next: null };
}

/** Newest first. */
function merged(times: readonly number[], others: readonly number[]): readonly number[] {
  return others.length === 0 ? times : [...new Set([...times, ...others])].sort((a, b) => b - a);
}
