import type { AttemptRow, EventRow, ExecutionRow, ShownStatus } from './execution.ts';
import type { HandlerSnapshot } from './handler.ts';
import type { HandlerStatus, HandlerType } from './handler-settings.ts';

/** What the admin API answers, and the editor is told; times are ISO 8601 in UTC. */

/** Newest first. A search that looks through many rows may give a short or empty page that has a next one. */
export interface Page<Row> {
  readonly items: readonly Row[];
  /** Null with the last page. */
  readonly nextCursor: string | null;
}

/** A registry that is deployed, or whose store still stands: `orphaned`. */
export interface RegistryRow {
  readonly id: string;
  readonly name: string;
  readonly state: 'starting' | 'ready' | 'stopped' | 'error' | 'closed' | 'orphaned';
  readonly handlers: number;
  /** Accepted events whose chain has not started. */
  readonly backlog: number;
  /** Executions. */
  readonly running: number;
  readonly parked: number;
  /** Executions that failed or were skipped, and that nothing has replaced. */
  readonly unresolved: number;
  /** While it is held as a whole, and none of its handlers is called: by whom, and why. */
  readonly override?: RegistryHold;
  readonly error?: string;
}

/** A Node-RED that shares a registry. */
export interface InstanceRow {
  /** Id of the registry. */
  readonly registry: string;
  /** Of its start: each is another one. */
  readonly id: number;
  /** Of its machine. */
  readonly name: string;
  /** Of this package. */
  readonly version: string;
  /** ISO 8601, by the clock of the database. */
  readonly startedAt: string;
  readonly seenAt: string;
  /** `gone`: it was not seen for so long that the others go on with what it had in hand. */
  readonly state: 'live' | 'gone';
  /** It is the one that answers. */
  readonly own: boolean;
  /** Of the slots of handlers that all have, from 0 to 1. */
  readonly share: number;
  /** Events that it has out in the flow, or in their first pass. */
  readonly running: number;
}

/** An operator's switch of a handler that differs from what the flow says. */
export interface Override {
  readonly status: Exclude<HandlerStatus, 'archived'>;
  /** Who switched it; null when nobody knows. */
  readonly by: string | null;
  readonly at: string;
  readonly reason: string | null;
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: string | null;
}

/** An operator's hold of a registry as a whole. */
export type RegistryHold = Override & { readonly status: 'held' };

export type CircuitState = 'closed' | 'open' | 'probing' | 'gone';

/** How a handler has been doing in the last hour, judged by the 400 executions at most that were tried last. */
export interface HandlerHealth {
  readonly parked: number;
  /** Of those that succeeded, failed, or wait after a failed attempt, the share that succeeded; null when there are none. */
  readonly successRate: number | null;
  /** Of the duration of their last attempts in ms; null when nothing is known. */
  readonly p95Ms: number | null;
  /** Of the one that failed last, or waits after a failed attempt. */
  readonly lastError: string | null;
  /** When that attempt began. */
  readonly lastErrorAt: string | null;
  /** When the last attempt began that succeeded, however long ago. */
  readonly lastSuccessAt: string | null;
  /** When the first of those that wait is due that an earlier one does not hold up; null when there is none. */
  readonly nextAttemptAt: string | null;
}

/** A handler in force, with what operators and its calls have made of it. */
export interface ApiHandler extends Omit<HandlerHealth, 'parked'> {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly type: HandlerType;
  readonly target: string;
  readonly events: readonly string[];
  readonly priority: number;
  /** JSONata; null: it is called for all events that it listens to. */
  readonly condition: string | null;
  readonly status: HandlerStatus;
  readonly configuredStatus: HandlerStatus;
  readonly override: Override | null;
  /** Why it can not be called although it is deployed. */
  readonly refused?: string;
  readonly circuit: {
    readonly state: CircuitState;
    readonly since: string | null;
    readonly error: string | null;
    /** When it is tried next; null where it is not open, or nobody knows. */
    readonly nextProbeAt: string | null;
  };
  /** Null while the log does not answer. */
  readonly parked: number | null;
}

/** What a search by text looks through. */
export type SearchedText = 'request' | 'response' | 'error';

/** A row of the log with its request, response, headers and attempts. */
export interface ExecutionDetails extends ExecutionRow {
  /** Who had it run again, or delivered later; null when nobody did, or nobody knows. */
  readonly by: string | null;
  /** The envelope's JSON, byte for byte as the handler gets it, unless it has a body made of it. */
  readonly request: string;
  /**
   * What the last attempt sent in the place of the envelope, the first 64 KiB, secrets redacted; '' where a request has
   * no body; null where the envelope was sent.
   */
  readonly sentBody: string | null;
  /** Texts that are so long that a search knows their first 16,384 characters only. */
  readonly searchedInPart: readonly SearchedText[];
  /** Of the last attempt; secrets are redacted. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Oldest first, the last one included; `attempts` is their number. */
  readonly attemptList: readonly AttemptRow[];
}

/** An event with the envelope's JSON, and its executions in chain order, replays after them. */
export interface EventDetails extends EventRow {
  readonly envelope: string;
  readonly executions: readonly ExecutionRow[];
}

/** Executions that started within one step. Of steps with very many rows the percentiles are those of a sample. */
export interface StatisticsStep {
  /** When the step begins. */
  readonly at: string;
  readonly succeeded: number;
  readonly failed: number;
  /** Executions that began in this step and wait now, for whatever reason. */
  readonly parked: number;
  /** Executions that began in this step, failed or were skipped, and that nothing has replaced. */
  readonly unresolved: number;
  /** Duration of the last attempt in ms; null when there was none. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** How many executions began within one step, by what has become of them. */
export type HistogramStep = { readonly at: string } & Record<ShownStatus, number>;

export interface Histogram {
  readonly items: readonly HistogramStep[];
  /** Before it nothing was counted, as there was too much to look through; null: all was counted. */
  readonly countedFrom: string | null;
}

/** Executions of a handler that failed, or wait after a failed attempt, all of one kind. */
export interface FailureGroup {
  /** As it was when the newest of them was taken. */
  readonly handler: HandlerSnapshot;
  /** The status that it was answered with, or the error without what differs from one failure to the next. */
  readonly kind: string;
  /** Why the newest of them failed. */
  readonly sample: string;
  readonly count: number;
  /** Of these, those that failed for good and that nothing has replaced. */
  readonly unresolved: number;
  /** Of these, those that are tried again by themselves. */
  readonly waiting: number;
  /** When the first and the newest of them began. */
  readonly first: string;
  readonly last: string;
  /** How many began in each step. */
  readonly perStep: readonly number[];
}

/** What fails most, the most first. */
export interface FailureGroups {
  /** When the first step begins, and how long each is, in seconds. */
  readonly from: string;
  readonly step: number;
  readonly items: readonly FailureGroup[];
  /** False when there was more than could be counted: further groups, or more of these. */
  readonly complete: boolean;
}

/**
 * What comms publish on `provisioning/executions`: that executions of a registry have changed. Which ones, the admin
 * API tells, as it asks who is reading: comms send every topic to whoever may open the editor.
 */
export interface Frame {
  /** Changes when Node-RED has restarted: what was seen before must be read anew. */
  readonly boot: string;
  readonly registry: string;
  /** Grows from frame to frame. */
  readonly seq: number;
  /** The `seq` of the registry's frame before this one; 0 for its first. */
  readonly since: number;
}

/** An execution in short; its response, and the whole of its error, are in its row and its details. */
export type ExecutionNews = Omit<ExecutionRow, 'response'>;

/** What has changed with the frames after a certain one. */
export interface Changes {
  /** Of the run of Node-RED, as in its frames. */
  readonly boot: string;
  /** Of the newest frame that these go back to. */
  readonly seq: number;
  /** Each execution once, as it stood last, in the order of their last change. */
  readonly items: readonly ExecutionNews[];
  /** False when further executions have changed too, and are not among these. */
  readonly complete: boolean;
}
