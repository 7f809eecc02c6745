import type { ExecutionStatus } from '../../words/execution.ts';
import type { EventContent, NewEvent } from './accept.ts';
import type { AttemptRecord, ChainState, Link, StartedExecution } from './chain.ts';

/** A place in a chain, and what has become of it with the take itself, by its handler's condition. */
export interface TakenLink extends Link {
  readonly settled?: Pick<StartedExecution, 'passedBy'> & {
    readonly status: 'failed' | 'skipped';
    readonly error: string;
  };
  /** Its condition is judged when its turn comes. */
  readonly unjudged?: true;
}

export interface Take {
  /** The event's seq, or an event that is accepted in the same write. */
  readonly event: number | NewEvent;
  /** What the flow made of an accepted event; absent when it came as it went. */
  readonly changed?: EventContent;
  /** The executor node; null when nobody waits for a message. */
  readonly executor: string | null;
  /** In chain order. None: the event is settled as `unhandled`, or, where it was passed by, as `succeeded`. */
  readonly links: readonly TakenLink[];
  /** Somebody listens to it, be it that nobody's condition is met. */
  readonly passedBy?: boolean;
  /** Handlers that listen to it but are disabled: what they have parked of its object is stale from now on. */
  readonly missed: readonly string[];
  /** Start it at once unless an earlier event of its object is in its first pass; else it becomes due. */
  readonly start: boolean;
  readonly at: number;
  /** An emission slot that is free for whoever this take lets go next. */
  readonly emit: boolean;
}

export type Taken =
  | ({
      readonly outcome: 'taken';
      readonly seq: number;
      /** As in `NewEvent`. */
      readonly hops: number;
      /** Seqs of its executions, in chain order. */
      readonly chain: readonly number[];
    } & ChainState)
  /** `already`: it was taken before, or is so old that its row is gone. */
  | { readonly outcome: 'already' };

/** An execution's new state. */
export interface ExecutionChange {
  readonly seq: number;
  readonly handler: string;
  readonly status: ExecutionStatus;
  /** The attempt that brought it there; absent when none was made. */
  readonly attempt?: AttemptRecord;
  /** Attempts made before; the last of them moves to the attempts' own table. */
  readonly attemptsBefore: number;
  /** Why it has this status although no attempt was made. */
  readonly error?: string;
  /** It is skipped on purpose: nobody has to set it right. */
  readonly passedBy?: true;
  readonly nextAttemptAt?: number;
  /** Retries of the schedule used up. */
  readonly retries?: number;
}

/** An execution's turn has ended, or it was ended. What follows for its event is for the journal to decide. */
export interface TurnEnd {
  readonly event: number;
  readonly change: ExecutionChange;
  /** Given when it was its event's turn in the first pass, which goes on with these. */
  readonly pass?: NextTurns;
  readonly at: number;
  /** An emission slot is free for whoever this lets go next. */
  readonly emit: boolean;
}

/** What is known of the handlers whose turn may come next. Whoever else's it is: the event becomes due for it. */
export interface NextTurns {
  /** Those that may not be called now, and what becomes of their executions when it is their turn. */
  readonly stopped: readonly ExecutionChange[];
  /** The first one that may be called now: a slot is reserved for it. */
  readonly start: { readonly seq: number; readonly handler: string } | null;
  /** All of the chain before has succeeded, and whoever ends the turn knows it. */
  readonly plain: boolean;
  /** Nobody may be told now that the first pass is over: the event stays due until it may. */
  readonly untold: boolean;
}
