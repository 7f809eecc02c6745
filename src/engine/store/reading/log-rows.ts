import type { EventFilter, ExecutionFilter } from '../log/filter.ts';
import type { ReadChain } from './chain-rows.ts';
import type { PageBounds, Positions } from './page-bounds.ts';

type Given<T> = T | Promise<T>;

/** An execution, as far as it is asked whether it can run again. */
export interface SettledRow {
  readonly seq: number;
  /** Seq of its event. */
  readonly event: number;
  /** Stored number of its status. */
  readonly status: number;
  readonly passedBy: boolean;
}

/** An event, as far as it is asked what can be done with it; times in ms, `touched` in µs. */
export interface EventState {
  readonly seq: number;
  readonly stage: number;
  readonly type: string;
  readonly node: string | null;
  readonly touched: number | null;
  readonly accepted: number;
}

/** The rows that is gone through in what is done with many. All are given by seq; what is not there is left out. */
export interface LogRows {
  /** Seq of the last one there is, 0: there is none. */
  last(table: 'events' | 'executions'): Given<number>;
  /** Where executions are, newest first; a page may be short, or empty, and yet not be the last one. */
  executions(filter: ExecutionFilter, bounds: PageBounds): Promise<Positions>;
  events(filter: EventFilter, bounds: PageBounds): Promise<Positions>;
  settled(executions: readonly number[]): Given<readonly SettledRow[]>;
  states(events: readonly number[]): Given<readonly EventState[]>;
  chains(events: readonly number[]): Given<ReadonlyMap<number, ReadChain>>;
  /** The envelopes of the first of these, about so many characters of them. */
  payloads(events: readonly number[], volume: number): Given<ReadonlyMap<number, string>>;
  /** The next events that were touched after this (µs), in the order of that: seqs, and when the last one was. */
  touchedAfter(
    after: number,
    limit: number,
  ): Given<{ readonly seqs: readonly number[]; readonly last: number }>;
  /** `touched_at` (µs) of what is settled and was touched longest ago, and the seq of the first event. */
  oldest(): Given<{ readonly settled: number | null; readonly event: number | null }>;
}
