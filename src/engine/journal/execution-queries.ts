import type { SQLOutputValue } from 'node:sqlite';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { cursorOf, type Position } from './cursor.ts';
import {
  executionColumns,
  type ReadExecution,
  readAttempt,
  readExecution,
  readHeaders,
} from './execution-rows.ts';
import { executionsSelected } from './execution-selection.ts';
import type { Ids } from './ids.ts';
import type { ExecutionDetails, ExecutionFilter, Page } from './log.ts';
import { newestFirst, type Positions, type Statements, type Window } from './newest-first.ts';
import { statusCode } from './stage.ts';
import { documentColumns, indexQuery, wordsOf } from './text-document.ts';
import type { TextIndex } from './text-index.ts';
import { addWords, matches, type SearchWord, searchWords } from './words.ts';

/** As `ExecutionDetails`, from the reading thread. */
export type ReadDetails = ReadExecution & Omit<ExecutionDetails, keyof ReadExecution | 'parkedFor'>;

/** What a page may carry of responses and errors, in characters; it ends early then. */
const pageVolume = 2_000_000;
/** A search by text gives what it has after this time, or after so many rows were looked at in vain. */
const searchTime = 200;
const searchedAtOnce = 100;
/** Ms given to the index before a search, to catch up with what has just been written. */
const catchUpTime = 20;
/** An event's executions; no chain is longer. */
const mostOfEvent = 1000;

const nothing: Positions = { found: [], next: null };

type Row = Record<string, SQLOutputValue>;

/** Reads executions. No statement outlives its call, so that no read holds up the journal. */
export class ExecutionQueries {
  readonly #statements: Statements;
  readonly #ids: Ids;
  readonly #index: TextIndex;

  constructor(statements: Statements, ids: Ids, index: TextIndex) {
    this.#statements = statements;
    this.#ids = ids;
    this.#index = index;
  }

  async page(filter: ExecutionFilter, window: Window): Promise<Page<ReadExecution>> {
    const positions = await this.#positions(filter, window);
    const items: ReadExecution[] = [];
    let volume = 0;
    let next = positions.next;
    for (const [index, position] of positions.found.entries()) {
      const row = this.#statements
        .of(`select ${executionColumns} from executions where seq = ?`)
        .get(position[1]);
      if (!row) continue;
      const item = readExecution(row, this.#ids);
      items.push(item);
      volume += (item.response?.length ?? 0) + (item.error?.length ?? 0);
      if (volume > pageVolume && index + 1 < positions.found.length) {
        next = position;
        break;
      }
    }
    return { items, nextCursor: next && cursorOf(next) };
  }

  details(id: string): ReadDetails | undefined {
    const seq = this.#ids.executionSeq(id);
    const row =
      seq !== undefined &&
      this.#statements
        .of(
          `select ${executionColumns}, request_headers, response_headers, attempt_started_at,
           (select payload from events where events.seq = event_seq) as request
           from executions where seq = ? and status > 0`,
        )
        .get(seq);
    if (!row) return undefined;
    const earlier = this.#statements
      .of('select * from attempts where execution_seq = ? order by attempt')
      .all(seq);
    return {
      ...readExecution(row, this.#ids),
      request: String(row['request'] ?? ''),
      requestHeaders: readHeaders(row['request_headers']),
      responseHeaders: readHeaders(row['response_headers']),
      attemptList: [...earlier, ...lastAttempt(row)].map(readAttempt),
    };
  }

  /** All of an event, in chain order. */
  ofEvent(event: number): ReadExecution[] {
    return this.#statements
      .of(
        `select ${executionColumns} from executions indexed by executions_by_event
         where event_seq = ? and status > 0 order by position, seq limit ${mostOfEvent}`,
      )
      .all(event)
      .map((row) => readExecution(row, this.#ids));
  }

  async #positions(filter: ExecutionFilter, window: Window): Promise<Positions> {
    const search = filter.text === undefined ? undefined : searchWords(filter.text);
    if (search?.length === 0) return nothing;
    if (filter.eventId === undefined) {
      return search
        ? this.#search(search, filter, window)
        : newestFirst(this.#statements, executionsSelected(filter, undefined), window);
    }
    const event = this.#ids.eventSeq(filter.eventId);
    if (event === undefined) return nothing;
    const selection = executionsSelected(filter, event);
    if (!search) return newestFirst(this.#statements, selection, window);
    const { found } = newestFirst(this.#statements, selection, { ...window, limit: mostOfEvent });
    return paged(
      found.filter(([, seq]) => this.#matches(seq, search)),
      window.limit,
    );
  }

  /** The index proposes times, newest first; the rows themselves decide. */
  async #search(search: readonly SearchWord[], filter: ExecutionFilter, window: Window): Promise<Positions> {
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
      const proposed = this.#index.find(query, from, upTo, searchedAtOnce);
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
        `select ${documentColumns}, (select payload from events where events.seq = event_seq) as request
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

/** The row itself holds the last attempt; one that is being made is not told of yet. */
function lastAttempt(row: Row): Row[] {
  if (Number(row['attempts']) === 0 || row['attempt_started_at'] === null || row['duration_ms'] === null)
    return [];
  return [{ ...row, attempt: row['attempts'] ?? null, started_at: row['attempt_started_at'] ?? null }];
}
