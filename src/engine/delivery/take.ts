import type { NewEvent } from '../store/journal/accept.ts';
import { stage } from '../store/stage.ts';
import { TooLarge } from '../words/errors.ts';
import type { Delivery } from './delivery.ts';
import type { FirstPass } from './execution-row.ts';

export type TakeResult =
  | {
      readonly outcome: 'taken';
      readonly eventId: string;
      /** Null when the message is not held: it will be made anew from the journal. */
      readonly firstPass: Promise<FirstPass> | null;
      /** Nobody is called: no handler listens to it, or who does is disabled. */
      readonly unhandled: boolean;
    }
  | { readonly outcome: 'already' };

export interface TakeRequest {
  /** What reached the executor. */
  readonly event: NewEvent;
  /** The executor node; null when nobody waits for a message. */
  readonly executor: string | null;
  /** The accepted event that it is; absent or of another journal: it is a new one. */
  readonly eventId?: string | undefined;
}

/**
 * Takes an event (rule 2). An accepted one is taken whatever the disk says, as soon as it lets it.
 * @throws TooLarge when too many messages are held, Unavailable; both only for a new event, and nothing was kept
 */
export async function take(
  { firstPasses, emissions, ids, persist, publisher }: Delivery,
  { event, executor, eventId }: TakeRequest,
): Promise<TakeResult> {
  const { payload, eventType, objectId, objectKey } = event;
  const seq = eventId === undefined ? undefined : ids.eventSeq(eventId);
  const asked = { eventType, objectId, objectKey, payload, executor };
  const holds = executor !== null && publisher.held.take(payload.length, seq !== undefined);
  if (!holds && executor !== null && seq === undefined) {
    throw new TooLarge(
      'the executor holds 100,000 messages or 64 MiB already: send more slowly, or through an event node',
    );
  }
  let waits = false;
  try {
    const taken =
      seq === undefined
        ? await firstPasses.take({ ...asked, event })
        : await persist(() => {
            const same = emissions.payloadOf(seq) === payload;
            return firstPasses.take({ ...asked, event: seq, ...(!same && { changed: event }) });
          });
    if (!taken) return { outcome: 'already' };
    const { chain } = taken;
    emissions.leave(chain.seq);
    const id = ids.event(chain.seq);
    if (taken.stage === stage.unhandled) {
      const firstPass = Promise.resolve(publisher.passOf(ids, chain));
      return { outcome: 'taken', eventId: id, firstPass, unhandled: true };
    }
    waits = holds;
    const firstPass = holds ? publisher.firstPassOf(chain.seq, payload.length) : null;
    taken.begin();
    return { outcome: 'taken', eventId: id, firstPass, unhandled: false };
  } finally {
    if (holds && !waits) publisher.held.give(payload.length);
  }
}
