import {
  type Accepted,
  type AcceptedEvent,
  type IdempotencyKey,
  keyLifetime,
  type NewEvent,
} from '../journal/accept.ts';
import { stage } from '../stage.ts';
import type { KeptKey } from './rows.ts';
import type { Shared } from './shared.ts';

/** Accepts events (rule 1): a row each, and a key that recognises a repeated request. */
export function acceptanceOn({ rows, lanes, work }: Shared) {
  function accept(
    events: readonly NewEvent[],
    emit: number,
    key?: IdempotencyKey,
    backlogLimit = Number.POSITIVE_INFINITY,
  ): Accepted {
    const at = events[0]?.acceptedAt ?? 0;
    if (key) {
      // Older ones may still be there: they are pruned little by little.
      const known = rows.key(key.key, at - keyLifetime);
      if (known && known.hash !== key.hash) return { outcome: 'conflict' };
      if (known) return { outcome: 'duplicate', events: range(known) };
    }
    const { count } = rows.waiting;
    if (count + events.length > backlogLimit) return { outcome: 'full', waiting: count };
    let slots = emit;
    const accepted = events.map((event) => {
      const one = insert(event, slots > 0);
      if (one.stage === stage.emitted) slots -= 1;
      if (one.stage === stage.ready) work.ready();
      return one;
    });
    const [first] = accepted;
    if (key && first) rows.addKey(key, { first: first.seq, events: accepted.length }, at);
    return { outcome: 'accepted', events: accepted };
  }

  /** Adds one event where its object's lane lets it stand. */
  function insert(event: NewEvent, emit: boolean): AcceptedEvent {
    const seq = rows.nextEventSeq();
    const held = event.ordered && lanes.occupied(event.objectKey);
    const at = held ? stage.behind : emit ? stage.emitted : stage.ready;
    const { eventType, objectId, objectKey, ordered, node, acceptedAt, payload, hops = 0 } = event;
    rows.addEvent({
      seq,
      eventType,
      objectId,
      objectKey,
      ordered,
      node,
      stage: at,
      turn: seq,
      acceptedAt,
      touchedAt: null,
      executor: null,
      nextHandler: null,
      payload,
      hops,
    });
    rows.waiting.add(1);
    return { seq, stage: at };
  }

  return { accept, insert };
}

function range({ first, events }: KeptKey): { readonly seq: number }[] {
  return Array.from({ length: events }, (_, index) => ({ seq: first + index }));
}

export type Acceptance = ReturnType<typeof acceptanceOn>;
