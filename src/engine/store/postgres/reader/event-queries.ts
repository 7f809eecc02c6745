import type { Page } from '../../../words/admin-answers.ts';
import type { EventRow } from '../../../words/execution.ts';
import type { Ids } from '../../../words/ids.ts';
import type { EventFilter } from '../../log/filter.ts';
import { cursorOf } from '../../reading/cursor.ts';
import type { PageBounds, Positions } from '../../reading/page-bounds.ts';
import { eventColumns, readEvent } from '../../reading/rows.ts';
import type { Ask } from '../named-values.ts';
import type { Readers } from '../readers.ts';
import type { ExecutionQueries } from './execution-queries.ts';
import { newestFirst } from './newest-first.ts';
import { eventsSelected } from './selections.ts';

/** Reads events. */
export function eventQueriesOn(readers: Readers, ids: Ids, executions: ExecutionQueries) {
  const found = (ask: Ask, filter: EventFilter, bounds: PageBounds): Promise<Positions> => {
    const seqs = filter.ids?.flatMap((id) => ids.eventSeq(id) ?? []);
    return newestFirst(ask, eventsSelected(filter, seqs), bounds);
  };

  function positions(filter: EventFilter, bounds: PageBounds): Promise<Positions> {
    return readers.read((ask) => found(ask, filter, bounds));
  }

  function page(filter: EventFilter, bounds: PageBounds): Promise<Page<EventRow>> {
    return readers.read(async (ask) => {
      const { found: places, next } = await found(ask, filter, bounds);
      const seqs = places.map(([, seq]) => seq);
      const rows = await ask(`select ${eventColumns} from events where seq = any(:seqs)`, { seqs });
      const bySeq = new Map(rows.map((row) => [row['seq'], readEvent(row, ids)]));
      return {
        items: seqs.flatMap((seq) => bySeq.get(seq) ?? []),
        nextCursor: next && cursorOf('events', next),
      };
    });
  }

  /** With its envelope and its executions; undefined: there is none. */
  function details(id: string) {
    return readers.read(async (ask) => {
      const seq = ids.eventSeq(id);
      if (seq === undefined) return undefined;
      const columns = `${eventColumns}, (select payload from bodies where bodies.seq = events.seq) as payload`;
      const [[row], ofEvent] = await Promise.all([
        ask(`select ${columns} from events where seq = :seq`, { seq }),
        executions.ofEvent(ask, seq),
      ]);
      return row && { ...readEvent(row, ids), envelope: String(row['payload']), executions: ofEvent };
    });
  }

  return { page, positions, details };
}

export type EventQueries = ReturnType<typeof eventQueriesOn>;
