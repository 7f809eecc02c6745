import type { EventContent, NewEvent } from './accept.ts';
import type { ChainState, StartedExecution } from './chain.ts';

/** Work that became runnable, through whatever. */
export interface Work {
  /** Events that have been emitted into a slot that an operation had to give. */
  readonly emitted: readonly Emission[];
  /** Events became ready and wait for an emission slot. */
  readonly ready: boolean;
  /** Handlers that taken events wait for. */
  readonly due: readonly string[];
  /** Handlers that have parked executions which may run, and from when on (ms since the epoch). */
  readonly parked: readonly { readonly handler: string; readonly at: number }[];
}

/** An event on its way into the flow. */
export interface Emission extends Pick<NewEvent, 'node' | 'payload' | 'eventType' | 'objectId'> {
  readonly seq: number;
}

/** A taken event that has been started, with its whole chain. */
export interface StartedEvent extends EventContent {
  readonly seq: number;
  readonly executor: string | null;
  /** As in `NewEvent`. */
  readonly hops: number;
  /** Its first pass was over before: its executor has had its message. */
  readonly passed: boolean;
  readonly executions: readonly StartedExecution[];
}

/** Due events whose turn in the window came. */
export interface DueBatch {
  /** Their next execution runs. */
  readonly started: readonly StartedEvent[];
  /** They have left the window again in the same write. */
  readonly passed: readonly LeftEvent[];
}

/** An event with its chain, and how it stands after a write that it does not run after. */
export interface LeftEvent extends ChainState {
  readonly event: StartedEvent;
}

/** A parked execution that has been started. */
export interface StartedParked {
  readonly execution: number;
  readonly event: StartedEvent;
  /** When it was due; ms since the epoch. */
  readonly dueAt: number | null;
}

export interface ParkedBatch {
  readonly started: readonly StartedParked[];
  /** Their start could not be kept: they have failed. */
  readonly failed: readonly EndedParked[];
  /** Another instance tries the handler, or did so a moment ago: with this execution, at that time. */
  readonly probedElsewhere?: { readonly execution: number; readonly at: number };
  /** When the handler's next parked execution is due; null when none waits that may run. */
  readonly nextAt: number | null;
}

/** A parked execution that was ended without a call, with its event as it is now. */
export interface EndedParked extends LeftEvent {
  readonly execution: number;
}

export interface CancelParked {
  /** `stale`: those that are; what else is, and not parked, is so no more. */
  readonly which: { readonly execution: number } | { readonly handler: string; readonly stale: boolean };
  /** Why, for the row. */
  readonly why: string;
  /** Executions at most. */
  readonly limit: number;
  readonly at: number;
}
