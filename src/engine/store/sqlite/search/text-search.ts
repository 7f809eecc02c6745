import type { ExecutionFilter } from '../../log.ts';
import { addWords, matches, type SearchWord } from '../../words.ts';
import type { Position } from '../reader/cursor.ts';
import { executionsAt } from '../reader/execution-selection.ts';
import type { Positions, Statements, Window } from '../reader/newest-first.ts';
import { paged, proposed } from '../reader/proposals.ts';
import { documentColumns, indexQuery, searchedPart, wordsOf } from './text-document.ts';
import type { TextIndex } from './text-index.ts';

/** Ms given to the index before a search, to catch up with what has just been written. */
export const catchUpTime = 20;

/** Finds executions by their words. */
export class TextSearch {
  readonly #statements: Statements;
  readonly #index: TextIndex;

  constructor(statements: Statements, index: TextIndex) {
    this.#statements = statements;
    this.#index = index;
  }

  newestFirst(search: readonly SearchWord[], filter: ExecutionFilter, window: Window): Promise<Positions> {
    this.#index.advance(catchUpTime);
    return proposed(this.#index, {
      query: indexQuery(search, filter),
      window,
      rowsAt: (at) =>
        executionsAt(this.#statements, at, filter).filter(([, seq]) => this.#matches(seq, search)),
    });
  }

  /** Those of a few executions, newest first, that a search finds. */
  among(positions: readonly Position[], search: readonly SearchWord[], limit: number): Positions {
    return paged(
      positions.filter(([, seq]) => this.#matches(seq, search)),
      limit,
    );
  }

  #matches(seq: number, search: readonly SearchWord[]): boolean {
    const row = this.#statements
      .of(
        `select ${documentColumns},
         (select substr(payload, 1, ${searchedPart}) from events where events.seq = event_seq) as request
         from executions where seq = ?`,
      )
      .get(seq);
    if (!row) return false;
    const ofRequest = new Set<string>();
    addWords(String(row['request'] ?? ''), ofRequest);
    return matches(wordsOf(row, ofRequest), search);
  }
}
