import type { EmittableStatus, ReplayableStatus } from '../../words/execution.ts';
import type { EventFilter, ExecutionFilter } from './filter.ts';

/** How much a filter would let run again. */
export interface ReplayCount {
  readonly matched: number;
  readonly byStatus: Readonly<Record<ReplayableStatus, number>>;
  /** Seq of the last event among them. */
  readonly until: number;
  /** Seq of the last execution that was looked at, 0: there is none. What comes after it was not asked about. */
  readonly upTo: number;
}

/** How much waits of what a filter means, up to an execution; seq, 0: there is none. */
export interface ParkedCount {
  readonly matched: number;
  readonly upTo: number;
}

export interface ReplayBatchRequest {
  /** Of the bulk replay. */
  readonly id: number;
  readonly filter: ExecutionFilter;
  /** Events after this one, up to that one; seqs. */
  readonly after: number;
  readonly until: number;
  /** Executions up to this one; seq, null: all. */
  readonly upTo: number | null;
  /** Ids of the handlers that belong to chains. */
  readonly callable: readonly string[];
  /** Events at most. */
  readonly limit: number;
}

/** The next part of what is gone through, in the order of the events. */
export interface Batch<Chosen> {
  readonly chosen: readonly Chosen[];
  /** The last event that was looked at, and how many were. */
  readonly cursor: number;
  readonly looked: number;
  /** Nothing comes after them. */
  readonly ends: boolean;
}

export interface EmittableCount {
  readonly matched: number;
  readonly byStatus: Readonly<Record<EmittableStatus, number>>;
  /** Those that no event node can emit. */
  readonly leftOut: number;
  /** As in `ReplayCount`, both of events. */
  readonly until: number;
  readonly upTo: number;
}

export interface EmittableBatchRequest {
  readonly id: number;
  readonly filter: EventFilter;
  readonly after: number;
  readonly until: number;
  readonly limit: number;
}

/** Which events a handler may have missed: taken from a moment on, before another; ms since the epoch. */
export interface MissedFilter {
  /** Node id. */
  readonly handler: string;
  readonly from: number;
  readonly to?: number | undefined;
}

export interface MissedRequest {
  readonly filter: MissedFilter;
  /** Event types that the handler listens to, as patterns. */
  readonly patterns: readonly string[];
  /** Events after this one, up to that one; seqs, null: to the last there is. */
  readonly after: number;
  readonly until: number | null;
  /** Events at most. */
  readonly limit: number;
  /** Their envelopes are wanted. */
  readonly payloads: boolean;
}

export interface MissedEvent {
  readonly seq: number;
  /** '' where it was not asked for. */
  readonly payload: string;
}

export interface MissedBatch extends Batch<MissedEvent> {
  /** Events that are looked at in all, and the last of them; seq. */
  readonly of: number;
  readonly until: number;
  /** Those that a failed handler of theirs lets nobody after it be called for. */
  readonly stopped: number;
  /** What was settled before that (ms since the epoch) has been pruned; null: nothing of what is asked for. */
  readonly prunedBefore: number | null;
}

/** What is done with many: executions run again, events are emitted again, or delivered to a handler that missed them. */
export type BulkKind = 'executions' | 'events' | 'delivery';

/** Something that is done with all that matched a filter, as people see it; times are ISO 8601 in UTC. */
export interface ReplayRow {
  readonly id: number;
  readonly kind: BulkKind;
  readonly filter: ExecutionFilter | EventFilter | MissedFilter;
  readonly status: 'running' | 'done' | 'cancelled';
  /** What matched when it was asked for; of a delivery, the events that it looks at. */
  readonly matched: number;
  /** Events that it has looked at. */
  readonly looked: number;
  /** Executions, or events, that it has let go. */
  readonly replayed: number;
  /** So many of them a second; 0: no bound. */
  readonly ratePerSecond: number;
  readonly by: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}
