import type { EventDetails, ExecutionDetails, Page } from '../../words/admin-answers.ts';
import { NotFound } from '../../words/errors.ts';
import type { EventRow, ExecutionRow, ParkedFor } from '../../words/execution.ts';
import type { EventFilter, ExecutionFilter, PageRequest } from '../log/filter.ts';
import type { ExecutionLog } from '../log.ts';
import { type PageBounds, pageBoundsOf } from './page-bounds.ts';
import type { ReadDetails, ReadExecution } from './rows.ts';
import { shownBy } from './shown.ts';

/** What a store answers for its log; undefined: there is none. */
export interface LogQueries extends Omit<ExecutionLog, 'executions' | 'execution' | 'events' | 'event'> {
  executions(filter: ExecutionFilter, bounds: PageBounds): Promise<Page<ReadExecution>>;
  execution(id: string): Promise<ReadDetails | undefined>;
  events(filter: EventFilter, bounds: PageBounds): Promise<Page<EventRow>>;
  event(
    id: string,
  ): Promise<
    (EventRow & { readonly envelope: string; readonly executions: readonly ReadExecution[] }) | undefined
  >;
}

/** The same, by those who may know at once. */
export type LogAnswers = {
  readonly [Name in keyof LogQueries]: (
    ...args: Parameters<LogQueries[Name]>
  ) => Awaited<ReturnType<LogQueries[Name]>> | ReturnType<LogQueries[Name]>;
};

/** A log that asks its store, and says what only those above it know: why executions are parked. */
export abstract class QueriedLog implements ExecutionLog {
  readonly #shown: ReturnType<typeof shownBy>;

  readonly counts = this.#passOn('counts');
  readonly statistics = this.#passOn('statistics');
  readonly health = this.#passOn('health');
  readonly failureGroups = this.#passOn('failureGroups');
  readonly histogram = this.#passOn('histogram');
  readonly waits = this.#passOn('waits');
  readonly failures = this.#passOn('failures');
  readonly parkedCount = this.#passOn('parkedCount');
  readonly replayCount = this.#passOn('replayCount');
  readonly replayBatch = this.#passOn('replayBatch');
  readonly emittableCount = this.#passOn('emittableCount');
  readonly emittableBatch = this.#passOn('emittableBatch');
  readonly missed = this.#passOn('missed');
  readonly replays = this.#passOn('replays');

  constructor(parkedFor: (handler: string, blocked: boolean) => ParkedFor) {
    this.#shown = shownBy(parkedFor);
  }

  /**
   * Answers a question of `LogQueries`.
   * @throws Unavailable when there is no answer
   */
  protected abstract answer(query: keyof LogQueries, args: readonly unknown[]): Promise<unknown>;

  async executions(filter: ExecutionFilter, page: PageRequest): Promise<Page<ExecutionRow>> {
    const { items, nextCursor } = await this.#ask(
      'executions',
      filter,
      pageBoundsOf('executions', filter, page),
    );
    return { items: items.map(this.#shown), nextCursor };
  }

  async execution(id: string): Promise<ExecutionDetails> {
    const found = await this.#ask('execution', id);
    if (!found) throw new NotFound(`there is no execution ${id}: it may have been pruned`);
    return this.#shown(found);
  }

  async events(filter: EventFilter, page: PageRequest): Promise<Page<EventRow>> {
    return this.#ask('events', filter, pageBoundsOf('events', filter, page));
  }

  async event(id: string): Promise<EventDetails> {
    const found = await this.#ask('event', id);
    if (!found) throw new NotFound(`there is no event ${id}: it may have been pruned`);
    return { ...found, executions: found.executions.map(this.#shown) };
  }

  /** A question that is answered as it is. */
  #passOn<Name extends keyof LogQueries>(query: Name) {
    return (...args: Parameters<LogQueries[Name]>) => this.#ask(query, ...args);
  }

  #ask<Name extends keyof LogQueries>(query: Name, ...args: Parameters<LogQueries[Name]>) {
    return this.answer(query, args) as Promise<Awaited<ReturnType<LogQueries[Name]>>>;
  }
}

/** Of a log that can't be read. */
export function unreadable(why: string): string {
  return `the execution log can not be read: ${why}`;
}
