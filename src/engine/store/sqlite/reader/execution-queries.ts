import type { Page } from '../../../words/admin-answers.ts';
import type { Ids } from '../../../words/ids.ts';
import type { ExecutionFilter } from '../../log/filter.ts';
import { type PageBounds, type Positions, paged } from '../../reading/page-bounds.ts';
import { mostOfEvent, pageOfExecutions } from '../../reading/pages.ts';
import {
  attemptsOf,
  detailColumns,
  executionColumns,
  type ReadDetails,
  type ReadExecution,
  readDetails,
  readExecution,
} from '../../reading/rows.ts';
import { searchWords } from '../../search-words.ts';
import type { Statements } from '../statements.ts';
import type { IndexedSearch } from './indexed-search.ts';
import { newestFirst } from './newest-first.ts';
import { executionsSelected } from './selections.ts';

/** Reads executions. No statement outlives its call, so that no read holds up the journal. */
export function executionQueriesOn(statements: Statements, ids: Ids, search: IndexedSearch) {
  async function page(filter: ExecutionFilter, bounds: PageBounds): Promise<Page<ReadExecution>> {
    return pageOfExecutions(await positions(filter, bounds), (seqs) => seqs.flatMap(rowOf));
  }

  function rowOf(seq: number): ReadExecution[] {
    const row = statements.of(`select ${executionColumns} from executions where seq = ?`).get(seq);
    return row ? [readExecution(row, ids)] : [];
  }

  function details(id: string): ReadDetails | undefined {
    const seq = ids.executionSeq(id);
    const row =
      seq !== undefined &&
      statements
        .of(
          `select ${detailColumns}, (select payload from events where events.seq = event_seq) as request
           from executions where seq = ? and status > 0`,
        )
        .get(seq);
    return row ? readDetails(row, statements.of(attemptsOf).all({ seq }), ids) : undefined;
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
  async function positions(filter: ExecutionFilter, bounds: PageBounds): Promise<Positions> {
    const { text, eventId } = filter;
    const words = text === undefined ? undefined : searchWords(text);
    const event = eventId === undefined ? undefined : ids.eventSeq(eventId);
    const seqs = filter.ids?.flatMap((id) => ids.executionSeq(id) ?? []);
    const isNamed = event !== undefined || seqs !== undefined;
    if (words?.length === 0 || (eventId !== undefined && event === undefined))
      return { found: [], next: null };
    if (words && !isNamed) return search.byText(words, filter, bounds);
    const ofObject =
      filter.objectId !== undefined && !isNamed
        ? await search.executionsOf(filter.objectId, filter, bounds)
        : undefined;
    if (ofObject) return ofObject;
    const selection = executionsSelected(filter, event, seqs);
    if (!words) return newestFirst(statements, selection, bounds);
    // An event has few executions, and few are named: they are looked at themselves.
    const { found, next } = newestFirst(statements, selection, { ...bounds, limit: mostOfEvent });
    const page = paged(
      found.filter(([, seq]) => search.contains(seq, words)),
      bounds.limit,
    );
    return { ...page, next: page.next ?? next };
  }

  return { page, details, ofEvent, positions };
}

export type ExecutionQueries = ReturnType<typeof executionQueriesOn>;
