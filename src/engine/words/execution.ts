import type { HandlerSnapshot } from './handler.ts';

/** Where an execution stands. `pending` (its turn has not come) is internal: the log shows it from its turn on. */
export const executionStatuses = [
  'pending',
  'running',
  'parked',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** Those that the log, its nodes and the API know. */
export const shownStatuses = executionStatuses.filter((status) => status !== 'pending');
export type ShownStatus = (typeof shownStatuses)[number];

/** What failed or was skipped and nothing has replaced; what was passed by on purpose is not among them. */
export const unresolved = 'unresolved';

/** What the log can be asked for. */
export const askedStatuses = [...shownStatuses, unresolved] as const;
export type AskedStatus = (typeof askedStatuses)[number];

/** Those that can be run again. */
export const replayableStatuses = ['failed', 'skipped', 'cancelled', 'succeeded'] as const;
export type ReplayableStatus = (typeof replayableStatuses)[number];

/** What an absent property of a log node means. */
export const logDefaults = {
  statuses: ['failed'],
  circuits: true,
} as const satisfies { statuses: readonly ShownStatus[]; circuits: boolean };

/** What the row of an execution says whose handler's condition is not met. */
export const notMet = 'condition not met';

/** Why a parked execution waits. */
export type ParkedFor = 'retry' | 'circuit' | 'order' | 'held' | 'disabled' | 'missing';

/** Why a handler can not be called that is missing (rule 9). */
export interface MissingHandler {
  /**
   * `refused`: deployed, but a setting or a credential of it is wrong; `off`: in the flow, but switched off in the
   * editor, alone or with its flow; `moved`: of another registry now, or of none; `gone`: not in the flow any more.
   */
  readonly why: 'refused' | 'off' | 'moved' | 'gone';
  /** Of one that is refused: what is wrong, and what to do. Holds no secret. */
  readonly problem: string | null;
}

/** What has become of an event, as the API tells it. */
export const eventStatuses = [
  'waiting',
  'running',
  'parked',
  'succeeded',
  'failed',
  'unhandled',
  'unclaimed',
  'cancelled',
] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** Those of events that can be emitted again: nobody took them, or nobody listened to them. */
export const emittableStatuses = ['unclaimed', 'unhandled'] as const;
export type EmittableStatus = (typeof emittableStatuses)[number];

/** What an executor's message says of one execution. */
export interface ExecutionSummary {
  readonly id: string;
  readonly handler: HandlerSnapshot;
  readonly status: ExecutionStatus;
  readonly parkedFor: ParkedFor | null;
  readonly attempts: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  /** Its handler's condition is not met: it is skipped, and nothing went wrong. */
  readonly passedBy?: true;
}

/** A row of the execution log; times are ISO 8601 in UTC. */
export interface ExecutionRow extends ExecutionSummary {
  readonly seq: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly objectId: string;
  readonly target: string | null;
  readonly startedAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly replayOf: string | null;
  /** Told by the log of one whose handler had missed the event, and was delivered it later. */
  readonly deliveredLater?: true;
  /** Told by the API of one that is parked for its handler's circuit: why that is open, since when, until when. */
  readonly circuit?: {
    readonly since: string | null;
    readonly error: string | null;
    readonly nextProbeAt: string | null;
  };
  /** Told by the API of one that is parked because its handler is missing, where it is known why that is. */
  readonly missing?: MissingHandler;
  /** The execution that stands in its place now: it was replayed, or was skipped and is revived. */
  readonly replayedAs: ReplayedAs | null;
}

/** What has replaced an execution; `pending` until its turn comes: only then the log knows it. */
export interface ReplayedAs {
  readonly id: string;
  readonly status: ExecutionStatus;
}

/** One attempt of an execution, as its details show it. */
export interface AttemptRow {
  readonly attempt: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** As in `ExecutionDetails`. */
  readonly sentBody: string | null;
  /** Who was called, as the row tells it of the last one; null where nobody was, or nobody knows. */
  readonly target: string | null;
}

/** An event with what has become of it; times are ISO 8601 in UTC. */
export interface EventRow {
  readonly id: string;
  readonly seq: number;
  readonly eventType: string;
  readonly objectId: string;
  readonly status: EventStatus;
  readonly acceptedAt: string;
  /** When all of it was settled, or it was given up as unclaimed; null while something of it waits or runs. */
  readonly settledAt: string | null;
  /** The event node that accepted it; null when an executor or the API did. */
  readonly node: string | null;
}
