import type { Page } from '../../../words/admin-answers.ts';
import type { EventRow } from '../../../words/execution.ts';
import type { Ids } from '../../../words/ids.ts';
import type { EventFilter } from '../../log/filter.ts';
import { cursorOf } from '../../reading/cursor.ts';
import type { PageBounds, Positions } from '../../reading/page-bounds.ts';
import { eventColumns, readEvent } from '../../reading/rows.ts';
import type { Statements } from '../statements.ts';
import type { IndexedSearch } from './indexed-search.ts';
import { newestFirst } from './newest-first.ts';
import { eventsSelected } from './selections.ts';

/** Reads events. */
export function eventQueriesOn(statements: Statements, ids: Ids, search: IndexedSearch) {
  /** Where they are, newest first; a page may be short, or empty, and yet not be the last one. */
  async function positions(filter: EventFilter, bounds: PageBounds): Promise<Positions> {
    const { objectId } = filter;
    const seqs = filter.ids?.flatMap((id) => ids.eventSeq(id) ?? []);
    const ofObject =
      objectId === undefined || seqs ? undefined : await search.eventsOf(objectId, filter, bounds);
    return ofObject ?? newestFirst(statements, eventsSelected(filter, seqs), bounds);
  }

  async function page(filter: EventFilter, bounds: PageBounds): Promise<Page<EventRow>> {
    const { found, next } = await positions(filter, bounds);
    const bySeq = statements.of(`select ${eventColumns} from events where seq = ?`);
    const items = found.flatMap(([, seq]) => {
      const row = bySeq.get(seq);
      return row ? [readEvent(row, ids)] : [];
    });
    return { items, nextCursor: next && cursorOf('events', next) };
  }

  function details(id: string): (EventRow & { readonly envelope: string }) | undefined {
    const seq = ids.eventSeq(id);
    if (seq === undefined) return undefined;
    const row = statements.of(`select ${eventColumns}, payload from events where seq = ?`).get(seq);
    return row && { ...readEvent(row, ids), envelope: String(row['payload']) };
  }

  return { page, positions, details };
}

export type EventQueries = ReturnType<typeof eventQueriesOn>;
