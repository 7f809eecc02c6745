import type { ExecutionStatus } from '../../words/execution.ts';
import type { HandlerSnapshot } from '../../words/handler.ts';
import type { Stage } from '../stage.ts';

/** A place in a chain, fixed when the event is taken. */
export interface Link {
  readonly handler: HandlerSnapshot;
  /** `onFailure: stop` */
  readonly stop: boolean;
  /** Of the target that is called first, for people; it is stored again with each attempt. */
  readonly target: string;
}

/** What an attempt left behind. Headers are redacted. */
export interface AttemptRecord {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly requestHeaders: string | null;
  readonly responseHeaders: string | null;
  /** What was sent in the place of the envelope; '' for no body at all, absent where it was the envelope. */
  readonly sentBody?: string | undefined;
  readonly target: string;
}

export interface StartedExecution extends Link, Pick<AttemptRecord, 'code' | 'response' | 'error'> {
  readonly seq: number;
  readonly status: ExecutionStatus;
  readonly retries: number;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly startedAt: number | null;
  /** While it is parked: when it is due. */
  readonly nextAttemptAt: number | null;
  /** It is parked behind an earlier one of its handler and object. */
  readonly blocked: boolean;
  readonly replayOf: number | null;
  /** It is skipped because its handler's condition is not met. */
  readonly passedBy: boolean;
  /** Its handler's condition is judged when its turn comes. */
  readonly unjudged: boolean;
}

/** How an event and its chain stand after a write. */
export interface ChainState {
  readonly stage: Stage;
  /** Executions that have become something else than was asked for: parked behind an earlier one, skipped, failed. */
  readonly changed: readonly number[];
  /** The chain as the journal has it; absent when all of it went as asked for. */
  readonly executions?: readonly StartedExecution[];
  /** What the journal could not keep, and why: what it says instead is in `executions`. */
  readonly unkept?: string;
}
