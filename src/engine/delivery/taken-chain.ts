import type { Link, NewEvent, Taken } from '../store/journal.ts';
import { stage } from '../store/stage.ts';
import { type RegisteredHandler, snapshotOf } from './registry.ts';
import type { Chain } from './running-chain.ts';

/** An event that an executor lays hold of. */
export interface EventToTake extends Pick<Chain, 'eventType' | 'objectId' | 'payload' | 'executor'> {
  readonly event: number | NewEvent;
  readonly changed?: Pick<NewEvent, 'eventType' | 'objectId' | 'objectKey' | 'ordered' | 'payload'>;
}

/** A handler's place in a chain. */
export function linkOf(handler: RegisteredHandler): Link {
  return {
    handler: snapshotOf(handler),
    stop: handler.config.onFailure === 'stop',
    target: handler.target.description,
  };
}

/** The chain of an event that was taken just now. */
export function chainOf(
  asked: EventToTake,
  taken: Taken & { outcome: 'taken' },
  links: readonly Link[],
  at: number,
): Chain {
  const { eventType, objectId, payload, executor } = asked;
  const started = taken.stage === stage.running;
  return {
    seq: taken.seq,
    eventType,
    objectId,
    payload,
    executor,
    hops: taken.hops,
    passed: false,
    executions: links.map((link, index) => ({
      ...link,
      seq: taken.chain[index] ?? 0,
      replayOf: null,
      status: started && index === 0 ? 'running' : 'pending',
      parkedFor: null,
      startedAt: started && index === 0 ? at : null,
      nextAttemptAt: null,
      attempts: 0,
      retries: 0,
      code: null,
      response: null,
      error: null,
      durationMs: null,
    })),
  };
}
