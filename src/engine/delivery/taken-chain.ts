import type { NewEvent } from '../store/journal/accept.ts';
import type { Taken, TakenLink } from '../store/journal/turn.ts';
import { stage } from '../store/stage.ts';
import type { Chain } from './running-chain.ts';

/** An event that an executor lays hold of. */
export interface EventToTake extends Pick<Chain, 'eventType' | 'objectId' | 'payload' | 'executor'> {
  readonly objectKey: string;
  readonly event: number | NewEvent;
  readonly changed?: Pick<NewEvent, 'eventType' | 'objectId' | 'objectKey' | 'ordered' | 'payload'>;
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
    executions: links.map((link, index) => {
      const { handler, stop, target, settled, unjudged = false } = link;
      return {
        seq: taken.chain[index] ?? 0,
        handler,
        stop,
        target,
        status: settled?.status ?? (link === started ? 'running' : 'pending'),
        startedAt: settled || link === started ? at : null,
        replayOf: null,
        parkedFor: null,
        nextAttemptAt: null,
        attempts: 0,
        retries: 0,
        code: null,
        response: null,
        error: settled?.error ?? null,
        durationMs: null,
        passedBy: settled?.passedBy ?? false,
        unjudged: unjudged || settled?.status === 'failed',
      };
    }),
  };
}
