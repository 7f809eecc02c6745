import { type ExecutionStatus, type ReplayableStatus, replayableStatuses } from '../words/execution.ts';
import { isDone, isUnsettled, type Turn } from './chain.ts';

/** A turn of a chain, as far as it is asked whether it can run again. */
export interface ReplayTurn extends Turn {
  readonly seq: number;
  readonly position: number;
  readonly handler: { readonly id: string };
}

/** What runs again, in chain order, or why nothing can. */
export type Choice<T> = { readonly turns: readonly T[] } | { readonly why: string };

/** It is settled, and can run again. */
export function isReplayable(status: ExecutionStatus): status is ReplayableStatus {
  return replayableStatuses.some((one) => one === status);
}

/**
 * Which executions of a chain whose first pass is over can run again.
 * @param asked seqs of executions; undefined: all that failed or were skipped
 * @param callable ids of the handlers that belong to chains; those of others are left out
 */
export function replayable<T extends ReplayTurn>(
  chain: readonly T[],
  asked: readonly number[] | undefined,
  callable: readonly string[],
): Choice<T> {
  const chosen = chain.filter(({ seq, status, passedBy }) =>
    asked ? asked.includes(seq) : status === 'failed' || (status === 'skipped' && !passedBy),
  );
  if (chosen.length === 0)
    return { why: asked ? 'it was replayed already' : 'nothing of it has failed or was skipped' };
  if (chosen.some(({ status }) => isUnsettled(status))) return { why: 'it is not settled yet' };
  const turns = chosen.filter(({ handler }) => callable.includes(handler.id));
  const [first] = turns;
  if (!first) return { why: 'its handler is disabled, archived or not in the deployed flow' };
  return stoppedBefore(chain, first)
    ? { why: 'a handler before it stopped the chain: replay that one' }
    : { turns };
}

function stoppedBefore(chain: readonly ReplayTurn[], chosen: ReplayTurn): boolean {
  return chain.some((turn) => turn.stop && !isDone(turn) && turn.position < chosen.position);
}
