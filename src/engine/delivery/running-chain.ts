import type { ExecutionChange, StartedEvent, StartedExecution } from '../store/journal.ts';
import type { ParkedFor } from '../words/execution.ts';
import type { Attempt } from './attempt.ts';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** One handler's turn in a chain, as memory holds it. */
export interface ChainExecution extends Mutable<Omit<StartedExecution, 'blocked'>> {
  /** While it is parked. */
  parkedFor: ParkedFor | null;
}

/** A taken event with its chain, while somebody of it is called. */
export interface Chain {
  readonly seq: number;
  readonly eventType: string;
  readonly objectId: string;
  /** The taken envelope's JSON. */
  readonly body: string;
  readonly executor: string | null;
  /** Calls of handlers, each for the event before, that have led to it. */
  readonly hops: number;
  /** Its first pass was over before: its executor has had its message. */
  readonly passed: boolean;
  /** Follows what the journal says. */
  executions: readonly ChainExecution[];
}

/** Why an execution is parked. */
export type WhyParked = (handler: string, blocked: boolean) => ParkedFor;

/** A chain as the journal knows it. */
export function chainFrom({ payload, executions, ...event }: StartedEvent, why: WhyParked): Chain {
  const { seq, eventType, objectId, executor, hops, passed } = event;
  const of = { seq, eventType, objectId, executor, hops, passed, body: payload };
  return { ...of, executions: executions.map((stored) => executionFrom(stored, why)) };
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
export function follow(execution: ChainExecution, change: ExecutionChange, why: WhyParked): void {
  const { status, attempt, error, retries = execution.retries, nextAttemptAt = null } = change;
  const parkedFor = status === 'parked' ? why(change.handler, false) : null;
  Object.assign(execution, { status, retries, nextAttemptAt, parkedFor });
  if (error !== undefined) execution.error = error;
  if (!attempt) return;
  const { target, code, response, durationMs } = attempt;
  Object.assign(execution, { target, code, response, error: attempt.error, durationMs });
  execution.attempts += 1;
}

/** The execution is `succeeded` or `failed` by this attempt. */
export function settled(execution: ChainExecution, attempt: Attempt): ExecutionChange {
  return attempted(execution, attempt, attempt.outcome.ok ? 'succeeded' : 'failed');
}

/** The attempt failed, and another will be made. `retries` tells how many of the schedule's are used up then. */
export function parkedUntil(
  execution: ChainExecution,
  attempt: Attempt,
  nextAttemptAt: number,
  retries: number,
): ExecutionChange {
  return { ...attempted(execution, attempt, 'parked'), nextAttemptAt, retries };
}

/**
 * The execution waits although no attempt was made; it may run as soon as its handler may.
 * @param dueAt it was due then, and is so still; absent: from now on
 */
export function parked(execution: ChainExecution, dueAt?: number): ExecutionChange {
  const change = unattempted(execution, 'parked');
  return dueAt === undefined ? change : { ...change, nextAttemptAt: dueAt };
}

/** Nobody was called, and nobody will be in this process: it is as it was before its turn. */
export function givenBack(execution: ChainExecution, dueAt?: number): ExecutionChange {
  return dueAt === undefined ? unattempted(execution, 'pending') : parked(execution, dueAt);
}

export function cancelled(execution: ChainExecution, error: string): ExecutionChange {
  return { ...unattempted(execution, 'cancelled'), error };
}

function attempted(
  { seq, handler, attempts }: ChainExecution,
  { record }: Attempt,
  status: ExecutionChange['status'],
): ExecutionChange {
  return { seq, handler: handler.id, status, attempt: record, attemptsBefore: attempts };
}

function unattempted(
  { seq, handler, attempts }: ChainExecution,
  status: ExecutionChange['status'],
): ExecutionChange {
  return { seq, handler: handler.id, status, attemptsBefore: attempts };
}
