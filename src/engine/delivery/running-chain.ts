import type { StartedExecution } from '../store/journal/chain.ts';
import type { ExecutionChange } from '../store/journal/turn.ts';
import type { StartedEvent } from '../store/journal/work.ts';
import type { ParkedFor } from '../words/execution.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** One handler's turn in a chain, as memory holds it. */
export interface ChainExecution extends Mutable<Omit<StartedExecution, 'blocked'>> {
  /** While it is parked. */
  parkedFor: ParkedFor | null;
}

/** A taken event with its chain, while somebody of it is called. */
export interface Chain extends Omit<StartedEvent, 'objectKey' | 'ordered' | 'executions'> {
  /** Follows what the journal says. */
  executions: readonly ChainExecution[];
}

/** Why an execution is parked. */
export type WhyParked = (handler: string, blocked: boolean) => ParkedFor;

/** A chain as the journal knows it. */
export function chainFrom({ executions, ...event }: StartedEvent, why: WhyParked): Chain {
  return { ...event, executions: executions.map((stored) => executionFrom(stored, why)) };
}

export function executionFrom({ blocked, ...stored }: StartedExecution, why: WhyParked): ChainExecution {
  return { ...stored, parkedFor: stored.status === 'parked' ? why(stored.handler.id, blocked) : null };
}

export function executionOf(chain: Chain, seq: number): ChainExecution {
  const execution = chain.executions.find((one) => one.seq === seq);
  if (!execution) throw new Error(`execution ${seq} is not of event ${chain.seq}`);
  return execution;
}

/** What has become of an execution is in the journal: memory follows. */
export function followChange(execution: ChainExecution, change: ExecutionChange, why: WhyParked): void {
  const { status, attempt } = change;
  execution.status = status;
  execution.parkedFor = status === 'parked' ? why(change.handler, false) : null;
  execution.passedBy = change.passedBy ?? false;
  execution.retries = change.retries ?? execution.retries;
  execution.nextAttemptAt = change.nextAttemptAt ?? null;
  execution.error = change.error ?? execution.error;
  if (!attempt) return;
  execution.target = attempt.target;
  execution.code = attempt.code;
  execution.response = attempt.response;
  execution.error = attempt.error;
  execution.durationMs = attempt.durationMs;
  execution.attempts += 1;
}

/** What becomes of an execution: of itself when nobody was called, or by an attempt. */
export function changeOf(
  { seq, handler, attempts }: ChainExecution,
  status: ExecutionChange['status'],
  more: Pick<ExecutionChange, 'attempt' | 'error' | 'passedBy' | 'nextAttemptAt' | 'retries'> = {},
): ExecutionChange {
  return { seq, handler: handler.id, status, attemptsBefore: attempts, ...more };
}
