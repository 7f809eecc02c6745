import type { ExecutionChange, StartedEvent } from '../store/journal.ts';
import type { ExecutionStatus, ParkedFor } from '../words/execution.ts';
import type { HandlerSnapshot } from '../words/handler.ts';
import type { Attempt } from './attempt.ts';

/** One handler's turn in a chain, as memory holds it. */
export interface ChainExecution {
  readonly seq: number;
  readonly handler: HandlerSnapshot;
  readonly stop: boolean;
  readonly replayOf: number | null;
  status: ExecutionStatus;
  parkedFor: ParkedFor | null;
  target: string;
  /** Ms since the epoch, like `nextAttemptAt`. */
  startedAt: number | null;
  nextAttemptAt: number | null;
  attempts: number;
  retries: number;
  code: number | null;
  response: string | null;
  error: string | null;
  durationMs: number | null;
}

/** A taken event with its chain. */
export interface Chain {
  readonly seq: number;
  readonly eventType: string;
  readonly objectId: string;
  readonly objectKey: string;
  readonly ordered: boolean;
  /** The taken envelope's JSON. */
  readonly body: string;
  readonly executor: string | null;
  /** Calls of handlers, each for the event before, that have led to it. */
  readonly hops: number;
  /** Its first pass was over before: its executor has had its message. */
  readonly passed: boolean;
  readonly executions: readonly ChainExecution[];
}

/** A chain as the journal knows it. */
export function chainFrom({ payload, executions, ...event }: StartedEvent): Chain {
  return {
    ...event,
    body: payload,
    executions: executions.map((execution) => ({ ...execution, parkedFor: null, nextAttemptAt: null })),
  };
}

export function executionOf(chain: Chain, seq: number): ChainExecution {
  const execution = chain.executions.find((one) => one.seq === seq);
  if (!execution) throw new Error(`execution ${seq} is not of event ${chain.seq}`);
  return execution;
}

/** How a chain ends that nothing is left to do in; `otherwise` needs a closer look. */
export function endOf({ executions }: Chain): 'succeeded' | 'otherwise' {
  return executions.every(({ status, replayOf }) => status === 'succeeded' && replayOf === null)
    ? 'succeeded'
    : 'otherwise';
}

/** The execution is `succeeded` or `failed` by this attempt. */
export function settle(execution: ChainExecution, attempt: Attempt): ExecutionChange {
  return attempted(execution, attempt, attempt.outcome.ok ? 'succeeded' : 'failed');
}

/** The attempt failed, and another will be made. `retries` tells how many of the schedule's are used up then. */
export function parkUntil(
  execution: ChainExecution,
  attempt: Attempt,
  nextAttemptAt: number,
  retries: number,
): ExecutionChange {
  execution.retries = retries;
  execution.nextAttemptAt = nextAttemptAt;
  return { ...attempted(execution, attempt, 'parked'), nextAttemptAt, retries };
}

/**
 * The execution waits although no attempt was made; it may run as soon as its handler may.
 * @param dueAt it was due then, and is so still; absent: from now on
 */
export function park(execution: ChainExecution, parkedFor: ParkedFor, dueAt?: number): ExecutionChange {
  execution.parkedFor = parkedFor;
  const change = unattempted(execution, 'parked');
  return dueAt === undefined ? change : { ...change, nextAttemptAt: dueAt };
}

/** Nobody was called, and nobody will be in this process: it is as it was before its turn. */
export function giveBack(execution: ChainExecution, dueAt?: number): ExecutionChange {
  return dueAt === undefined ? unattempted(execution, 'pending') : park(execution, 'retry', dueAt);
}

/** What became of it could not be kept. */
export function fail(execution: ChainExecution, why: string): ExecutionChange {
  return unattempted(execution, 'failed', why);
}

export function cancel(execution: ChainExecution, why: string): ExecutionChange {
  return unattempted(execution, 'cancelled', why);
}

export function skip(execution: ChainExecution): ExecutionChange {
  return unattempted(execution, 'skipped', 'a handler before it failed and says that the chain stops then');
}

function attempted(execution: ChainExecution, { record }: Attempt, status: ExecutionStatus): ExecutionChange {
  const attemptsBefore = execution.attempts;
  const { target, code, response, error, durationMs } = record;
  Object.assign(execution, { status, target, code, response, error, durationMs, parkedFor: null });
  execution.attempts += 1;
  return { seq: execution.seq, handler: execution.handler.id, status, attempt: record, attemptsBefore };
}

function unattempted(execution: ChainExecution, status: ExecutionStatus, why?: string): ExecutionChange {
  const { seq, handler, attempts } = execution;
  execution.status = status;
  if (why !== undefined) execution.error = why;
  return {
    seq,
    handler: handler.id,
    status,
    attemptsBefore: attempts,
    ...(why !== undefined && { error: why }),
  };
}

/** Why an execution has failed whose outcome the journal refuses to keep. */
export function unkept(error: Error): string {
  return `the handler was called, but what came of it could not be kept: ${error.message}`;
}
