import { isDone, type Turn } from './chain.ts';

/** A turn of a chain, as far as it is asked whom the event has not come to. */
export interface MissedTurn extends Turn {
  readonly position: number;
  readonly handler: { readonly id: string };
}

/**
 * Whether a handler has missed an event whose first pass is over: `has`, it has an execution of it, whatever became of
 * that; `stopped`, a handler of the chain has failed and lets nobody after it be called. Who was passed by on purpose
 * was asked about and not called: it has missed the event if its condition says otherwise by now.
 */
export function missedBy(handler: string, chain: readonly MissedTurn[]): 'missed' | 'has' | 'stopped' {
  const own = chain.find((turn) => turn.handler.id === handler);
  if (own && !own.passedBy) return 'has';
  const before = own?.position ?? Number.POSITIVE_INFINITY;
  return chain.some((turn) => turn.stop && !isDone(turn) && turn.position < before) ? 'stopped' : 'missed';
}
