import type { EventFilter, ExecutionFilter } from '../../log.ts';
import { indexQuery } from '../search/text-document.ts';
import type { TextIndex } from '../search/text-index.ts';
import { catchUpTime } from '../search/text-search.ts';
import { eventsAt } from './event-selection.ts';
import { executionsAt } from './execution-selection.ts';
import type { Positions, Statements, Window } from './newest-first.ts';
import { proposed } from './proposals.ts';

/** Events that the index does not know yet, and of which so many are looked at. */
const mostUnindexed = 10_000;

/**
 * Finds what an object's events are and have come to. An index of the journal's own would be the dearest of all to
 * write, as objects come in no order; the text index knows them too, but for what is open and what was touched last.
 */
export class ObjectSearch {
  readonly #statements: Statements;
  readonly #index: TextIndex;

  constructor(statements: Statements, index: TextIndex) {
    this.#statements = statements;
    this.#index = index;
  }

  /** @returns undefined while the index does not know enough: then the rows themselves have to be gone through */
  async executions(
    objectId: string,
    filter: ExecutionFilter,
    window: Window,
  ): Promise<Positions | undefined> {
    const unindexed = this.#unindexed(objectId);
    if (!unindexed) return undefined;
    // A start alone does not touch the event: the index tells parked from running too late.
    const { status, ...lasting } = filter;
    return proposed(this.#index, {
      query: indexQuery([], status?.includes('running') ? lasting : filter),
      window,
      rowsAt: (at) => executionsAt(this.#statements, at, filter),
      alsoAt: unindexed.flatMap(({ seq }) => this.#startsOf(seq)),
    });
  }

  /** @returns undefined as above */
  async events(objectId: string, filter: EventFilter, window: Window): Promise<Positions | undefined> {
    const unindexed = this.#unindexed(objectId);
    if (!unindexed) return undefined;
    return proposed(this.#index, {
      query: indexQuery([], { objectId }),
      window,
      rowsAt: (at) => eventsAt(this.#statements, at, filter),
      alsoAt: unindexed.map(({ acceptedAt }) => acceptedAt),
    });
  }

  /** The object's events that are open or have been touched since the index was written. */
  #unindexed(objectId: string): { readonly seq: number; readonly acceptedAt: number }[] | undefined {
    this.#index.advance(catchUpTime);
    const known = this.#index.known;
    if (known === undefined) return undefined;
    const open = this.#statements
      .of(
        `select seq, accepted_at as acceptedAt from events indexed by open_by_object
         where object_id = ? and stage < 6 limit ${mostUnindexed}`,
      )
      .all(objectId);
    const touched = this.#statements
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

  #startsOf(event: number): number[] {
    return this.#statements
      .of(
        `select started_at from executions indexed by executions_by_event
         where event_seq = ? and started_at is not null`,
      )
      .all(event)
      .map((row) => Number(row['started_at']));
  }
}
