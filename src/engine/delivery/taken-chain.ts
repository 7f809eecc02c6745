import type { Link, NewEvent, Taken, TakenLink } from '../store/journal.ts';
import { stage } from '../store/stage.ts';
import { type RegisteredHandler, snapshotOf } from './registry.ts';
import type { Chain, ChainExecution } from './running-chain.ts';

/** An event that an executor lays hold of. */
export interface EventToTake extends Pick<Chain, 'eventType' | 'objectId' | 'payload' | 'executor'> {
  readonly objectKey: string;
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
  links: readonly TakenLink[],
  at: number,
): Chain {
  const { eventType, objectId, payload, executor } = asked;
  const started = taken.stage === stage.running ? links.find(({ settled }) => !settled) : undefined;
  return {
    seq: taken.seq,
    eventType,
    objectId,
    payload,
    executor,
    hops: taken.hops,
    passed: false,
    executions: links.map(({ settled, unjudged = false, ...link }, index) => ({
      ...link,
      seq: taken.chain[index] ?? 0,
      replayOf: null,
      parkedFor: null,
      nextAttemptAt: null,
      attempts: 0,
      retries: 0,
      code: null,
      response: null,
      error: null,
      durationMs: null,
      passedBy: false,
      unjudged: unjudged || settled?.status === 'failed',
      ...(settled ? { ...settled, startedAt: at } : stateOf(link.handler.id === started?.handler.id, at)),
    })),
  };
}

function stateOf(started: boolean, at: number): Pick<ChainExecution, 'status' | 'startedAt'> {
  return started ? { status: 'running', startedAt: at } : { status: 'pending', startedAt: null };
}
