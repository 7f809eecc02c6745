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
import type { Ask } from '../named-values.ts';
import type { Readers } from '../readers.ts';
import { type TextSearch, withWords } from '../search/text-search.ts';
import { newestFirst } from './newest-first.ts';
import { executionsSelected } from './selections.ts';

/** Reads executions. */
export function executionQueriesOn(readers: Readers, ids: Ids, texts: TextSearch) {
  async function page(filter: ExecutionFilter, bounds: PageBounds): Promise<Page<ReadExecution>> {
    await texts.prepare(filter);
    return readers.read(async (ask) =>
      pageOfExecutions(await found(ask, filter, bounds), async (seqs) => {
        const rows = await ask(`select ${executionColumns} from executions where seq = any(:seqs)`, { seqs });
        return rows.map((row) => readExecution(row, ids));
      }),
    );
  }

  /** Where the executions of a page stand. */
  async function positions(filter: ExecutionFilter, bounds: PageBounds): Promise<Positions> {
    await texts.prepare(filter);
    return readers.read((ask) => found(ask, filter, bounds));
  }

  async function found(ask: Ask, filter: ExecutionFilter, bounds: PageBounds): Promise<Positions> {
    const { text, eventId } = filter;
    const words = text === undefined ? undefined : searchWords(text);
    const event = eventId === undefined ? undefined : ids.eventSeq(eventId);
    const seqs = filter.ids?.flatMap((id) => ids.executionSeq(id) ?? []);
    if (words?.length === 0 || (eventId !== undefined && event === undefined))
      return { found: [], next: null };
    if (words && event === undefined && !seqs) return texts.find(ask, words, filter, bounds);
    const selection = executionsSelected(filter, event, seqs);
    if (!words) return newestFirst(ask, selection, bounds);
    // An event has few executions, and few are named: they are looked at themselves.
    const few = await newestFirst(ask, selection, { ...bounds, limit: mostOfEvent });
    const page = paged(await withWords(ask, few.found, words), bounds.limit);
    return { ...page, next: page.next ?? few.next };
  }

  function details(id: string): Promise<ReadDetails | undefined> {
    return readers.read(async (ask) => {
      const seq = ids.executionSeq(id);
      if (seq === undefined) return undefined;
      const [[row], attempts] = await Promise.all([
        ask(
          `select ${detailColumns}, (select payload from bodies where bodies.seq = event_seq) as request
           from executions where seq = :seq and status > 0`,
          { seq },
        ),
        ask(attemptsOf, { seq }),
      ]);
      return row && readDetails(row, attempts, ids);
    });
  }

  /** All of an event, in chain order. */
  async function ofEvent(ask: Ask, event: number): Promise<ReadExecution[]> {
    const rows = await ask(
      `select ${executionColumns} from executions
       where event_seq = :event and status > 0 order by position, seq limit ${mostOfEvent}`,
      { event },
    );
    return rows.map((row) => readExecution(row, ids));
  }

  return { page, positions, found, details, ofEvent };
}

export type ExecutionQueries = ReturnType<typeof executionQueriesOn>;
