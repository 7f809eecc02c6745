import type { EventFilter, ExecutionFilter } from '../../log/filter.ts';
import type { PageBounds, Positions } from '../../reading/page-bounds.ts';
import { documentColumns, hasAll, searchedPart } from '../../reading/text-document.ts';
import type { SearchWord } from '../../search-words.ts';
import { indexQuery } from '../search/index-query.ts';
import type { TextIndex } from '../search/text-index.ts';
import type { Statements } from '../statements.ts';
import { proposed } from './proposals.ts';
import { eventsSelected, executionsSelected } from './selections.ts';

/** Ms given to the index before a search, to catch up with what has just been written. */
const catchUpTime = 20;
/** Events that the index does not know yet, and of which so many are looked at. */
const mostUnindexed = 10_000;

/**
 * Finds by the text index what no index of the journal leads to: words, and an object's events and executions. An
 * index of objects would be the dearest of all to write, as they come in no order; the text index knows them too,
 * but for what is open and what was touched last.
 */
export function indexedSearchOn(statements: Statements, index: TextIndex) {
  function byText(
    search: readonly SearchWord[],
    filter: ExecutionFilter,
    bounds: PageBounds,
  ): Promise<Positions> {
    index.advance(catchUpTime);
    return proposed(statements, index, {
      query: indexQuery(search, filter),
      bounds,
      selection: executionsSelected(filter),
      keeps: (seq) => contains(seq, search),
    });
  }

  /** @returns undefined while the index does not know enough: then the rows themselves have to be gone through */
  async function executionsOf(
    objectId: string,
    filter: ExecutionFilter,
    bounds: PageBounds,
  ): Promise<Positions | undefined> {
    const unindexed = unindexedOf(objectId);
    if (!unindexed) return undefined;
    // A start alone does not touch the event: the index tells parked from running too late.
    const { status, ...lasting } = filter;
    return proposed(statements, index, {
      query: indexQuery([], status?.includes('running') ? lasting : filter),
      bounds,
      selection: executionsSelected(filter),
      alsoAt: unindexed.flatMap(({ seq }) => startsOf(seq)),
    });
  }

  /** @returns undefined as above */
  async function eventsOf(
    objectId: string,
    filter: EventFilter,
    bounds: PageBounds,
  ): Promise<Positions | undefined> {
    const unindexed = unindexedOf(objectId);
    if (!unindexed) return undefined;
    return proposed(statements, index, {
      query: indexQuery([], { objectId }),
      bounds,
      selection: eventsSelected(filter),
      alsoAt: unindexed.map(({ acceptedAt }) => acceptedAt),
    });
  }

  /** Whether an execution has all of these words. */
  function contains(execution: number, search: readonly SearchWord[]): boolean {
    const row = statements
      .of(
        `select ${documentColumns},
         (select substr(payload, 1, ${searchedPart}) from events where events.seq = event_seq) as request
         from executions where seq = ?`,
      )
      .get(execution);
    return row !== undefined && hasAll(row, search);
  }

  /** The object's events that are open or have been touched since the index was written. */
  function unindexedOf(
    objectId: string,
  ): { readonly seq: number; readonly acceptedAt: number }[] | undefined {
    index.advance(catchUpTime);
    const known = index.known;
    if (known === undefined) return undefined;
    const open = statements
      .of(
        `select seq, accepted_at as acceptedAt from events indexed by open_by_object
         where object_id = ? and stage < 6 limit ${mostUnindexed}`,
      )
      .all(objectId);
    const touched = statements
      .of(
        `select seq, accepted_at as acceptedAt, object_id = :object as its from events indexed by events_by_touch
         where touched_at is not null and touched_at > :known limit ${mostUnindexed}`,
      )
      .all({ object: objectId, known });
    if (open.length === mostUnindexed || touched.length === mostUnindexed) return undefined;
    return [...open, ...touched.filter(({ its }) => its === 1)].map(({ seq, acceptedAt }) => ({
      seq: Number(seq),
      acceptedAt: Number(acceptedAt),
    }));
  }

  function startsOf(event: number): number[] {
    return statements
      .of(
        `select started_at from executions indexed by executions_by_event
         where event_seq = ? and started_at is not null`,
      )
      .all(event)
      .map((row) => Number(row['started_at']));
  }

  return { byText, executionsOf, eventsOf, contains };
}

export type IndexedSearch = ReturnType<typeof indexedSearchOn>;
