import type { Page } from '../../../words/answers.ts';
import type { EventRow } from '../../../words/execution.ts';
import type { Ids } from '../../../words/ids.ts';
import type { EventFilter } from '../../log.ts';
import type { Statements } from '../statements.ts';
import { cursorOf } from './cursor.ts';
import { eventColumns, readEvent } from './execution-rows.ts';
import type { IndexedSearch } from './indexed-search.ts';
import { newestFirst, type Window } from './newest-first.ts';
import { eventsSelected } from './selections.ts';

/** Reads events. */
export class EventQueries {
  readonly #statements: Statements;
  readonly #ids: Ids;
  readonly #search: IndexedSearch;

  constructor(statements: Statements, ids: Ids, search: IndexedSearch) {
    this.#statements = statements;
    this.#ids = ids;
    this.#search = search;
  }

  async page(filter: EventFilter, window: Window): Promise<Page<EventRow>> {
    const { objectId } = filter;
    const ofObject =
      objectId === undefined ? undefined : await this.#search.eventsOf(objectId, filter, window);
    const { found, next } = ofObject ?? newestFirst(this.#statements, eventsSelected(filter), window);
    const bySeq = this.#statements.of(`select ${eventColumns} from events where seq = ?`);
    const items = found.flatMap(([, seq]) => {
      const row = bySeq.get(seq);
      return row ? [readEvent(row, this.#ids)] : [];
    });
    return { items, nextCursor: next && cursorOf('events', next) };
  }

  details(id: string): (EventRow & { readonly envelope: string }) | undefined {
    const seq = this.#ids.eventSeq(id);
    if (seq === undefined) return undefined;
    const row = this.#statements.of(`select ${eventColumns}, payload from events where seq = ?`).get(seq);
    return row && { ...readEvent(row, this.#ids), envelope: String(row['payload']) };
  }
}
