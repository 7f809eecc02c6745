import type { EventDetails, HandlerHealth, Page, StatisticsStep } from '../../words/answers.ts';
import type { EventRow } from '../../words/execution.ts';
import type {
  Counts,
  EventFilter,
  ExecutionFilter,
  ReplayBatch,
  ReplayBatchRequest,
  ReplayCount,
  ReplayRow,
  StatisticsRange,
} from '../log.ts';
import type { ReadDetails } from './reader/execution-queries.ts';
import type { ReadExecution } from './reader/execution-rows.ts';
import type { Window } from './reader/newest-first.ts';

export type ReadEventDetails = Omit<EventDetails, 'executions'> & {
  readonly executions: readonly ReadExecution[];
};

/** What the reading thread answers; undefined: there is none. */
export interface Queries {
  executions(filter: ExecutionFilter, window: Window): Promise<Page<ReadExecution>>;
  execution(id: string): ReadDetails | undefined;
  events(filter: EventFilter, window: Window): Promise<Page<EventRow>>;
  event(id: string): ReadEventDetails | undefined;
  counts(): Counts;
  statistics(range: StatisticsRange): Promise<StatisticsStep[]>;
  health(handlers: readonly string[], since: number): Record<string, HandlerHealth>;
  replayCount(filter: ExecutionFilter, callable: readonly string[]): Promise<ReplayCount>;
  replayBatch(request: ReplayBatchRequest): Promise<ReplayBatch>;
  replays(): ReplayRow[];
  handlerNumbers(): Record<string, number>;
}

/** To the reader. `touched`: something was committed; `close` comes last. */
export type ToReader =
  | { readonly id: number; readonly query: keyof Queries; readonly args: readonly unknown[] }
  | { readonly touched: true }
  | { readonly close: true };

/** From the reader: one answer a query, in any order. */
export type FromReader =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: string };
