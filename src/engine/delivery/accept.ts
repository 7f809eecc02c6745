import type { IdempotencyKey, NewEvent } from '../store/journal/accept.ts';
import { stage } from '../store/stage.ts';
import { Conflict, Unavailable } from '../words/errors.ts';
import type { Delivery } from './delivery.ts';

export interface AcceptResult {
  /** In the order of the envelopes. */
  readonly ids: readonly string[];
  /** The request's key was known: these are the ids of the first one. */
  readonly duplicate: boolean;
}

export interface AcceptOptions {
  /** Whether the node that is to emit them is deployed. */
  readonly emits: boolean;
  readonly key?: IdempotencyKey | undefined;
  /** Kept for the emission, so that its other properties survive. */
  readonly message?: unknown;
  /** Accepted and untaken events at most. */
  readonly backlogLimit: number;
}

/**
 * Accepts events (rule 1), all or none: they are on disk when it resolves, and on their way into the flow.
 * @throws Unavailable, or Conflict when the key was used for something else
 */
export async function accept(
  { journal, emissions, ids }: Delivery,
  events: readonly NewEvent[],
  { emits, key, message, backlogLimit }: AcceptOptions,
): Promise<AcceptResult> {
  const slots = emissions.reserve(emits ? events.length : 0);
  try {
    const accepted = await journal.accept(events, slots.slots, key, backlogLimit);
    if (accepted.outcome === 'conflict') {
      throw new Conflict('this idempotency key was used within 24 h for another request: use a new key');
    }
    if (accepted.outcome === 'full') {
      throw new Unavailable(
        `${accepted.waiting} events wait already (provisioning.backlog is ${backlogLimit}): see why nobody takes them, or raise the bound`,
        30,
      );
    }
    const idsOfAll = accepted.events.map(({ seq }) => ids.event(seq));
    if (accepted.outcome === 'duplicate') return { ids: idsOfAll, duplicate: true };
    for (const [index, { seq, stage: at }] of accepted.events.entries()) {
      const event = events[index];
      if (!event) continue;
      emissions.keep(seq, message);
      if (at === stage.emitted) emissions.emit({ ...event, seq });
    }
    return { ids: idsOfAll, duplicate: false };
  } finally {
    slots.release();
  }
}
