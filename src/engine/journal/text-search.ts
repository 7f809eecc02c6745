import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Position } from './cursor.ts';
import type { ExecutionFilter } from './log.ts';
import type { Positions, Statements, Window } from './newest-first.ts';
import { statusCode } from './stage.ts';
import { documentColumns, indexQuery, searchedPart, wordsOf } from './text-document.ts';
import type { TextIndex } from './text-index.ts';
import { addWords, matches, type SearchWord } from './words.ts';

/** Ms after which a search gives what it has, and where to go on. */
const searchTime = 200;
/** Documents that the index proposes at a time. */
const proposedAtOnce = 100;
/** Ms given to the index before a search, to catch up with what has just been written. */
const catchUpTime = 20;

/** Finds executions by their words. */
export class TextSearch {
  readonly #statements: Statements;
  readonly #index: TextIndex;

  constructor(statements: Statements, index: TextIndex) {
    this.#statements = statements;
    this.#index = index;
  }

  /** The index proposes times, newest first; the rows themselves decide. */
  async newestFirst(
    search: readonly SearchWord[],
    filter: ExecutionFilter,
    window: Window,
  ): Promise<Positions> {
    this.#index.advance(catchUpTime);
    const query = indexQuery(search, filter);
    const from = window.from ?? 0;
    const [after] = window.after ?? [];
    let upTo: number | null = Math.min(
      after ?? Number.MAX_SAFE_INTEGER,
      (window.to ?? Number.MAX_SAFE_INTEGER) - 1,
    );
    const deadline = performance.now() + searchTime;
    const found: Position[] = [];
    while (upTo !== null) {
      const proposed = this.#index.find(query, from, upTo, proposedAtOnce);
      for (const at of proposed.found) {
        for (const position of this.#startedAt(at, filter, window.after)) {
          if (this.#matches(position[1], search)) found.push(position);
        }
        if (found.length > window.limit) return paged(found, window.limit);
        if (performance.now() > deadline) return { found, next: [at, 0] };
      }
      upTo = proposed.upTo;
      if (upTo !== null && performance.now() > deadline) return { found, next: [upTo + 1, 0] };
      // Other queries go between: the slices of a long search are many.
      await yieldToOthers();
    }
    return { found, next: null };
  }

  /** Those of a few executions, newest first, that a search finds. */
  among(positions: readonly Position[], search: readonly SearchWord[], limit: number): Positions {
    return paged(
      positions.filter(([, seq]) => this.#matches(seq, search)),
      limit,
    );
  }

  /** The executions of one ms that meet the conditions other than text, newest first. */
  #startedAt(at: number, filter: ExecutionFilter, after: Position | undefined): readonly Position[] {
    const { handler, eventType, objectId, status } = filter;
    return this.#statements
      .of(
        `select seq, status, handler_id, event_type, object_id from executions where status = 1 and started_at = :at
         union all select seq, status, handler_id, event_type, object_id
         from executions indexed by executions_by_status
         where status in (2, 3, 4, 5, 6) and status > 1 and started_at is not null and started_at = :at
         order by seq desc`,
      )
      .all({ at })
      .filter(
        (row) =>
          (after === undefined || at < after[0] || Number(row['seq']) < after[1]) &&
          (handler === undefined || row['handler_id'] === handler) &&
          (eventType === undefined || row['event_type'] === eventType) &&
          (objectId === undefined || row['object_id'] === objectId) &&
          (status === undefined || status.some((one) => statusCode[one] === row['status'])),
      )
      .map((row) => [at, Number(row['seq'])]);
  }

  #matches(seq: number, search: readonly SearchWord[]): boolean {
    const row = this.#statements
      .of(
        `select ${documentColumns}, (select substr(payload, 1, ${searchedPart}) from events where events.seq = event_seq) as request
         from executions where seq = ?`,
      )
      .get(seq);
    if (!row) return false;
    const ofRequest = new Set<string>();
    addWords(String(row['request'] ?? ''), ofRequest);
    return matches(wordsOf(row, ofRequest), search);
  }
}

function paged(found: readonly Position[], limit: number): Positions {
  const page = found.slice(0, limit);
  return { found: page, next: found.length > limit ? (page.at(-1) ?? null) : null };
}
