import {
  type AskedStatus,
  type EventStatus,
  type ExecutionStatus,
  executionStatuses,
  unresolved,
} from '../words/execution.ts';

/**
 * Where an event stands in the journal. The numbers are stored and their order is used: below `running`
 * it waits for its turn, up to `running` it is open (it stands in its object's lane), above it the first
 * pass is over.
 */
export const stage = {
  /** Not taken; an earlier open event of its object goes first. */
  behind: 0,
  /** Not taken; may be emitted. */
  ready: 1,
  /** Not taken; a message is on its way through the flow. */
  emitted: 2,
  /** Taken; an earlier taken event of its object is still in its first pass. */
  queued: 3,
  /** Taken; starts as soon as the window and its next handler have room. */
  due: 4,
  /** In its first pass. */
  running: 5,
  parked: 6,
  succeeded: 7,
  failed: 8,
  unhandled: 9,
  unclaimed: 10,
  cancelled: 11,
} as const;
export type Stage = (typeof stage)[keyof typeof stage];

/** Its chain is over without anybody called: what is replayed of it is the event itself, which is emitted again. */
export function isEmittable(at: Stage): boolean {
  return at === stage.unclaimed || at === stage.unhandled;
}

/** Its first pass is over, so that one more handler can be called for it. */
export function isDeliverable(at: number): boolean {
  return at >= stage.parked && at !== stage.unclaimed;
}

/** Up to its first pass an event is waiting, for whoever asks; from then on its stage is its status. */
const statusByStage = Object.entries(stage).map(([name, code]) =>
  code < stage.running ? 'waiting' : name,
) as readonly EventStatus[];

export function eventStatusOf(code: number): EventStatus {
  return statusByStage[code] ?? 'waiting';
}

/** The stages that the API calls by one name. */
export function stagesOf(status: EventStatus): readonly Stage[] {
  return Object.values(stage).filter((code) => statusByStage[code] === status);
}

/** Stored number of an execution's status: its place in `executionStatuses`; below `succeeded` it is unsettled. */
export const statusCode = Object.fromEntries(
  executionStatuses.map((status, code) => [status, code]),
) as Readonly<Record<ExecutionStatus, number>>;

/** Those that an unresolved execution can have. */
const unresolvedCodes = [statusCode.failed, statusCode.skipped] as const;

/** The stored numbers of all that is asked for, each once. */
export function statusCodesOf(asked: readonly AskedStatus[]): readonly number[] {
  return [...new Set(asked.flatMap((one) => (one === unresolved ? unresolvedCodes : statusCode[one])))];
}

export function executionStatusOf(code: number): ExecutionStatus {
  return executionStatuses[code] ?? 'pending';
}
