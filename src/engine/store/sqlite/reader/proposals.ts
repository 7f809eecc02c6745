import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { IndexQuery } from '../search/text-document.ts';
import type { TextIndex } from '../search/text-index.ts';
import type { Position } from './cursor.ts';
import type { Positions, Window } from './newest-first.ts';

/** Ms after which a search gives what it has, and where to go on. */
const searchTime = 200;
/** Documents that the index proposes at a time. */
const proposedAtOnce = 100;

interface Asked {
  readonly query: IndexQuery;
  readonly window: Window;
  /** The rows of one ms that are meant, newest first: they decide. */
  readonly rowsAt: (at: number) => readonly Position[];
  /** Times, in ms, that the index may not know of yet. */
  readonly alsoAt?: readonly number[];
}

/** Finds what the index proposes times of, newest first. */
export async function proposed(index: TextIndex, asked: Asked): Promise<Positions> {
  const { query, window, rowsAt, alsoAt = [] } = asked;
  const from = window.from ?? 0;
  const [after] = window.after ?? [];
  let upTo: number | null = Math.min(
    after ?? Number.MAX_SAFE_INTEGER,
    (window.to ?? Number.MAX_SAFE_INTEGER) - 1,
  );
  const deadline = performance.now() + searchTime;
  const found: Position[] = [];
  while (upTo !== null) {
    const [newest, { found: times, upTo: older }]: [number, ReturnType<TextIndex['find']>] = [
      upTo,
      index.find(query, from, upTo, proposedAtOnce),
    ];
    const between = alsoAt.filter((at) => at <= newest && at > (older ?? from - 1));
    for (const at of newestFirst(times, between)) {
      found.push(...rowsAt(at).filter((position) => isAfter(position, window.after)));
      if (found.length > window.limit) return paged(found, window.limit);
      if (performance.now() > deadline) return { found, next: [at, 0] };
    }
    upTo = older;
    if (upTo !== null && performance.now() > deadline) return { found, next: [upTo + 1, 0] };
    // Other queries go between: the slices of a long search are many.
    await yieldToOthers();
  }
  return { found, next: null };
}

export function paged(found: readonly Position[], limit: number): Positions {
  const page = found.slice(0, limit);
  return { found: page, next: found.length > limit ? (page.at(-1) ?? null) : null };
}

function newestFirst(times: readonly number[], others: readonly number[]): readonly number[] {
  return others.length === 0 ? times : [...new Set([...times, ...others])].sort((a, b) => b - a);
}

function isAfter([at, seq]: Position, after: Position | undefined): boolean {
  return after === undefined || at < after[0] || seq < after[1];
}
