import type { ExecutionStatus } from '../words/execution.ts';

/** One turn of a chain, as far as the rules of order and failure look at it. */
export interface Turn {
  readonly status: ExecutionStatus;
  /** `onFailure: stop` */
  readonly stop: boolean;
  /** Skipped because its handler's condition is not met: nothing that went wrong, and nothing that somebody waits for. */
  readonly passedBy?: boolean;
}

/** Why a turn is skipped in whose way another one stands. */
export const skippedWhy = 'a handler before it failed and says that the chain stops then';

/**
 * Whose turn it is (rules 4 and 5): one after the other, in chain order; a failed or parked handler is passed by,
 * unless it says `stop`.
 * @returns its index in the chain; undefined when the first pass is over
 */
export function turnOf(chain: readonly Turn[]): number | undefined {
  for (const [index, turn] of chain.entries()) {
    if (turn.status === 'pending' || turn.status === 'running') return index;
    if (turn.stop && !isDone(turn)) return undefined;
  }
  return undefined;
}

/** The turns that will not be called, because a `stop` handler before them has failed for good (rule 5). */
export function skippedIn(chain: readonly Turn[]): number[] {
  const stopped = chain.findIndex((turn) => turn.stop && isLost(turn));
  if (stopped < 0) return [];
  return [...chain.keys()].filter((index) => index > stopped && chain[index]?.status === 'pending');
}

/** The turns that were skipped although no handler stops the chain before them any more: it has been replayed. */
export function revivedIn(chain: readonly Turn[]): number[] {
  const stopped = chain.findIndex((turn) => turn.stop && !isDone(turn));
  const end = stopped < 0 ? chain.length : stopped;
  return [...chain.keys()].filter(
    (index) => index < end && chain[index]?.status === 'skipped' && !chain[index].passedBy,
  );
}

/** What the executor's message says once the first pass is over. */
export function outcomeOf(chain: readonly Turn[]): 'succeeded' | 'failed' | 'parked' {
  if (chain.some(isLost)) return 'failed';
  return chain.every(isDone) ? 'succeeded' : 'parked';
}

/** What has become of the event: it is settled once every execution is. */
export function eventOutcomeOf(chain: readonly Turn[]): 'succeeded' | 'failed' | 'parked' | 'cancelled' {
  if (chain.some(({ status }) => isUnsettled(status))) return 'parked';
  if (chain.some((turn) => isLost(turn) && turn.status !== 'cancelled')) return 'failed';
  return chain.some(({ status }) => status === 'cancelled') ? 'cancelled' : 'succeeded';
}

/** It will not succeed any more, unless it is replayed. */
export function isLost({ status, passedBy = false }: Pick<Turn, 'status' | 'passedBy'>): boolean {
  return status === 'failed' || (status === 'skipped' && !passedBy) || status === 'cancelled';
}

/** All that was to be done for it is done: nobody waits for it. */
export function isDone({ status, passedBy = false }: Pick<Turn, 'status' | 'passedBy'>): boolean {
  return status === 'succeeded' || passedBy;
}

export function isUnsettled(status: ExecutionStatus): boolean {
  return status === 'pending' || status === 'running' || status === 'parked';
}
