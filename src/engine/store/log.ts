import type {
  EventDetails,
  ExecutionDetails,
  FailureGroups,
  HandlerHealth,
  Histogram,
  Page,
  StatisticsStep,
} from '../words/admin-answers.ts';
import type { EventRow, ExecutionRow } from '../words/execution.ts';
import type { HandlerSnapshot } from '../words/handler.ts';
import type {
  Batch,
  EmittableBatchRequest,
  EmittableCount,
  MissedBatch,
  MissedRequest,
  ParkedCount,
  ReplayBatchRequest,
  ReplayCount,
  ReplayRow,
} from './log/bulk.ts';
import type { EventFilter, ExecutionFilter, PageRequest } from './log/filter.ts';
import type { FailuresRequest, HistogramRequest, StatisticsRange } from './log/ranges.ts';

export interface Counts {
  /** Accepted events whose chain has not started. */
  readonly waiting: number;
  /** Executions that are running now. */
  readonly running: number;
  /** Executions that are parked. */
  readonly parked: number;
  /** When the oldest of what waits was accepted, and when the turn of the oldest of what is parked came; ms. */
  readonly oldestWaitingAt: number | null;
  readonly oldestParkedAt: number | null;
  /** Executions that failed or were skipped, and that nothing has replaced. */
  readonly unresolved: number;
  /** The text index is being made anew: a search by text does not find everything yet. */
  readonly indexing: boolean;
}

/** What waits is counted so far. */
export const mostCounted = 1000;

/** What is asked of what waits; times are ms since the epoch. */
export interface WaitsQuestion {
  /** Events accepted before it are counted; null: they are not. */
  readonly eventsBefore: number | null;
  /** Executions whose turn came before it are counted; null: they are not. */
  readonly executionsBefore: number | null;
  /** Executions of these handlers; none: of all. */
  readonly handlers: readonly string[];
}

/** How long things have waited; counts go as far as `mostCounted`, times are ms since the epoch. */
export interface Waits {
  /** Accepted events whose handlers are not called yet, by when they were accepted. */
  readonly events: { readonly oldest: number | null; readonly count: number };
  /** Parked executions, by when their turn came. */
  readonly executions: {
    readonly oldest: {
      readonly startedAt: number;
      readonly objectId: string;
      readonly eventType: string;
      readonly error: string | null;
      readonly handler: HandlerSnapshot;
    } | null;
    readonly count: number;
  };
}

/** An execution that has failed, when its last attempt ended. */
export interface Failure {
  readonly at: number;
  /** Id of the handler. */
  readonly handler: string;
  readonly eventType: string;
  readonly error: string | null;
}

/**
 * What happened, for people: reads the journal and never changes it. An execution shows from its turn on.
 * A search by text finds words and prefixes in the request's data, the response and the error of executions whose
 * event's first pass is over, at most 2 s late.
 * @throws InvalidInput for a cursor of no list; Unavailable when the journal can't be read
 */
export interface ExecutionLog {
  executions(filter: ExecutionFilter, page: PageRequest): Promise<Page<ExecutionRow>>;
  /** @throws NotFound */
  execution(id: string): Promise<ExecutionDetails>;
  events(filter: EventFilter, page: PageRequest): Promise<Page<EventRow>>;
  /** @throws NotFound */
  event(id: string): Promise<EventDetails>;
  counts(): Promise<Counts>;
  statistics(range: StatisticsRange): Promise<readonly StatisticsStep[]>;
  /** How many executions match, by when they began; in bounded time, so that the oldest may not be counted. */
  histogram(request: HistogramRequest): Promise<Histogram>;
  /** Of these handlers (node ids), from executions that started at `since` (ms since the epoch) or later. */
  health(handlers: readonly string[], since: number): Promise<Readonly<Record<string, HandlerHealth>>>;
  /** How long things have waited; by index, however much there is. */
  waits(question: WaitsQuestion): Promise<Waits>;
  /** Executions whose turn came at `since` (ms since the epoch) or later and that have failed, the newest first. */
  failures(since: number, limit: number): Promise<readonly Failure[]>;
  /** What fails most, and why, of executions that began in this range. */
  failureGroups(request: FailuresRequest): Promise<FailureGroups>;
  /**
   * What would run again, of handlers (node ids) that belong to chains; exact, as of now.
   * @param upTo the last execution that is meant (seq); default: the last there is
   */
  replayCount(filter: ExecutionFilter, callable: readonly string[], upTo?: number): Promise<ReplayCount>;
  /**
   * What is parked and matches, whatever status the filter asks for.
   * @param upTo as above
   */
  parkedCount(filter: ExecutionFilter, upTo?: number): Promise<ParkedCount>;
  /** The next events of a bulk replay, of each the executions that can run again; seqs. */
  replayBatch(request: ReplayBatchRequest): Promise<Batch<readonly number[]>>;
  /**
   * What would be emitted again; exact, as of now.
   * @param emitters as in `Replay`
   * @param upTo the last event that is meant (seq); default: the last there is
   */
  emittableCount(
    filter: EventFilter,
    emitters: readonly string[] | null,
    upTo?: number,
  ): Promise<EmittableCount>;
  /** The next of them; seqs. */
  emittableBatch(request: EmittableBatchRequest): Promise<Batch<number>>;
  /** The next events that a handler has missed: the first pass of each is over, and it has no execution of them. */
  missed(request: MissedRequest): Promise<MissedBatch>;
  /** The newest 100 of what was done with many, newest first. */
  replays(): Promise<readonly ReplayRow[]>;
}
