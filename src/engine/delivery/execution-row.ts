import { outcomeOf } from '../rules/chain.ts';
import type { EventDetails } from '../words/admin-answers.ts';
import type { ExecutionRow, ExecutionSummary } from '../words/execution.ts';
import type { Ids } from '../words/ids.ts';
import type { Chain, ChainExecution } from './running-chain.ts';

/** What an executor's message says of an event once its first pass is over. */
export interface FirstPass {
  readonly eventId: string;
  readonly registry: string;
  readonly eventType: string;
  readonly objectId: string;
  readonly status: 'succeeded' | 'failed' | 'parked';
  /** The message was made anew from the journal. */
  readonly resumed?: true;
  /** Of the handlers whose turn has come. */
  readonly executions: readonly ExecutionSummary[];
}

export function firstPassOf(registry: string, ids: Ids, chain: Chain): FirstPass {
  const { seq, eventType, objectId, executions } = chain;
  const begun = executions.filter(({ status }) => status !== 'pending');
  return {
    eventId: ids.event(seq),
    registry,
    eventType,
    objectId,
    status: outcomeOf(executions),
    executions: begun.map((execution) => summaryOf(ids.execution(execution.seq), execution)),
  };
}

/** The same from the journal, for an event whose end memory did not hear of; null while its first pass goes on. */
export function passFromJournal(
  registry: string,
  { id: eventId, eventType, objectId, status, executions }: EventDetails,
): FirstPass | null {
  if (status === 'waiting' || status === 'running') return null;
  const replayed = new Set(executions.map(({ replayOf }) => replayOf));
  const chain = executions.filter(({ id }) => !replayed.has(id));
  return {
    eventId,
    registry,
    eventType,
    objectId,
    status: outcomeOf(chain.map((execution) => ({ ...execution, stop: false }))),
    executions: chain.map((execution) => summaryOf(execution.id, execution)),
  };
}

/** A row of the log, of an execution that memory holds. */
export function rowOf(ids: Ids, chain: Chain, execution: ChainExecution): ExecutionRow {
  const { seq, target, startedAt, nextAttemptAt, replayOf } = execution;
  const summary = summaryOf(ids.execution(seq), execution);
  return {
    ...summary,
    seq,
    eventId: ids.event(chain.seq),
    eventType: chain.eventType,
    objectId: chain.objectId,
    target,
    startedAt: isoOf(startedAt),
    // Whatever else it waits for, nobody knows when that is over.
    nextAttemptAt: summary.parkedFor === 'retry' ? isoOf(nextAttemptAt) : null,
    replayOf: replayOf === null ? null : ids.execution(replayOf),
    // Of a chain, memory holds what nothing has replaced.
    replayedAs: null,
  };
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function summaryOf(id: string, execution: Stood): ExecutionSummary {
  const { handler, status, attempts, code, response, error, durationMs } = execution;
  const parkedFor = status === 'parked' ? execution.parkedFor : null;
  const summary = { id, handler, status, parkedFor, attempts, code, response, error, durationMs };
  return execution.passedBy ? { ...summary, passedBy: true } : summary;
}

type Stood = Omit<ExecutionSummary, 'id' | 'passedBy'> & { readonly passedBy?: boolean };
