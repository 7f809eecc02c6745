import type { ExecutionDetails, Page } from '../../../words/answers.ts';
import type { Ids } from '../../../words/ids.ts';
import type { ExecutionFilter } from '../../log.ts';
import { searchWords } from '../../search-words.ts';
import { calledTarget } from '../schema.ts';
import { searchedPart } from '../search/text-document.ts';
import type { Statements } from '../statements.ts';
import { cursorOf } from './cursor.ts';
import {
  executionColumns,
  type ReadExecution,
  readAttempt,
  readExecution,
  readHeaders,
} from './execution-rows.ts';
import type { IndexedSearch } from './indexed-search.ts';
import { newestFirst, type Positions, type Window } from './newest-first.ts';
import { paged } from './proposals.ts';
import { executionsSelected } from './selections.ts';

/** As `ExecutionDetails`, from the reading thread. */
export type ReadDetails = ReadExecution & Omit<ExecutionDetails, keyof ReadExecution | 'parkedFor'>;

/** What a page may carry of responses and errors, in characters; it ends early then. */
const pageVolume = 2_000_000;
/** An event's executions that are looked at or told of at a time. */
const mostOfEvent = 1000;

/** The execution's row holds the last attempt; one that is being made is not told of yet. */
const attemptsOf = `select attempt, started_at, duration_ms, code, response, error, request_headers, response_headers,
  sent_body, target from attempts where execution_seq = :seq
  union all select attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
  sent_body, ${calledTarget} from executions where seq = :seq and attempts > 0 and attempt_started_at is not null and duration_ms is not null
  order by attempt`;

/** Reads executions. No statement outlives its call, so that no read holds up the journal. */
export function executionQueriesOn(statements: Statements, ids: Ids, search: IndexedSearch) {
  async function page(filter: ExecutionFilter, window: Window): Promise<Page<ReadExecution>> {
    const place = await positions(filter, window);
    const items: ReadExecution[] = [];
    let volume = 0;
    let next = place.next;
    for (const [index, position] of place.found.entries()) {
      const row = statements.of(`select ${executionColumns} from executions where seq = ?`).get(position[1]);
      if (!row) continue;
      const item = readExecution(row, ids);
      items.push(item);
      volume += (item.response?.length ?? 0) + (item.error?.length ?? 0);
      if (volume > pageVolume && index + 1 < place.found.length) {
        next = position;
        break;
      }
    }
    return { items, nextCursor: next && cursorOf('executions', next) };
  }

  function details(id: string): ReadDetails | undefined {
    const seq = ids.executionSeq(id);
    const row =
      seq !== undefined &&
      statements
        .of(
          `select ${executionColumns}, request_headers, response_headers, sent_body,
           (select payload from events where events.seq = event_seq) as request,
           (select by from askers where execution_seq = executions.seq) as asker
           from executions where seq = ? and status > 0`,
        )
        .get(seq);
    if (!row) return undefined;
    return {
      ...readExecution(row, ids),
      request: String(row['request'] ?? ''),
      by: typeof row['asker'] === 'string' ? row['asker'] : null,
      sentBody: typeof row['sent_body'] === 'string' ? row['sent_body'] : null,
      searchedInPart: (['request', 'response', 'error'] as const).filter((text) =>
        isLonger(String(row[text] ?? ''), searchedPart),
      ),
      requestHeaders: readHeaders(row['request_headers']),
      responseHeaders: readHeaders(row['response_headers']),
      attemptList: statements.of(attemptsOf).all({ seq }).map(readAttempt),
    };
  }

  /** All of an event, in chain order. */
  function ofEvent(event: number): ReadExecution[] {
    return statements
      .of(
        `select ${executionColumns} from executions indexed by executions_by_event
         where event_seq = ? and status > 0 order by position, seq limit ${mostOfEvent}`,
      )
      .all(event)
      .map((row) => readExecution(row, ids));
  }

  /** Where the executions of a page stand. */
  async function positions(filter: ExecutionFilter, window: Window): Promise<Positions> {
    const { text, eventId } = filter;
    const words = text === undefined ? undefined : searchWords(text);
    const event = eventId === undefined ? undefined : ids.eventSeq(eventId);
    const seqs = filter.ids?.flatMap((id) => ids.executionSeq(id) ?? []);
    const isNamed = event !== undefined || seqs !== undefined;
    if (words?.length === 0 || (eventId !== undefined && event === undefined))
      return { found: [], next: null };
    if (words && !isNamed) return search.byText(words, filter, window);
    const ofObject =
      filter.objectId !== undefined && !isNamed
        ? await search.executionsOf(filter.objectId, filter, window)
        : undefined;
    if (ofObject) return ofObject;
    const selection = executionsSelected(filter, event, seqs);
    if (!words) return newestFirst(statements, selection, window);
    // An event has few executions, and few are named: they are looked at themselves.
    const { found, next } = newestFirst(statements, selection, { ...window, limit: mostOfEvent });
    const page = paged(
      found.filter(([, seq]) => search.contains(seq, words)),
      window.limit,
    );
    return { ...page, next: page.next ?? next };
  }

  return { page, details, ofEvent, positions };
}

export type ExecutionQueries = ReturnType<typeof executionQueriesOn>;

/** Than so many characters, of which a few take two places in a string. */
function isLonger(text: string, characters: number): boolean {
  return text.length > characters && [...text].length > characters;
}
