import {
  type Accepted,
  type AcceptedEvent,
  type IdempotencyKey,
  keyLifetime,
  type NewEvent,
} from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Shared } from './shared.ts';

/** Accepts events (rule 1): a row each, and a key that recognises a repeated request. */
export function acceptanceOn({ db, lanes, eventSeqs, waiting, work }: Shared) {
  const sql = {
    insert: db.prepare(
      `insert into events(seq, event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, payload, hops)
       values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    findKey: db.prepare(
      'select hash, first_seq as first, events from idempotency_keys where key = ? and at >= ?',
    ),
    insertKey: db.prepare(
      'insert or replace into idempotency_keys(key, hash, first_seq, events, at) values(?, ?, ?, ?, ?)',
    ),
    stageOf: db.prepare('select stage from events where seq = ?'),
  };

  function accept(
    events: readonly NewEvent[],
    emit: number,
    key?: IdempotencyKey,
    backlogLimit = Number.POSITIVE_INFINITY,
  ): Accepted {
    const at = events[0]?.acceptedAt ?? 0;
    if (key) {
      // Older ones may still be there: they are pruned little by little.
      const known = sql.findKey.get(key.key, at - keyLifetime) as
        | { hash: string; first: number; events: number }
        | undefined;
      if (known && known.hash !== key.hash) return { outcome: 'conflict' };
      if (known) return { outcome: 'duplicate', events: range(known.first, known.events) };
    }
    const { count } = waiting;
    if (count + events.length > backlogLimit) return { outcome: 'full', waiting: count };
    let slots = emit;
    const accepted = events.map((event) => {
      const one = insert(event, slots > 0);
      if (one.stage === stage.emitted) slots -= 1;
      if (one.stage === stage.ready) work.ready();
      return one;
    });
    const [first] = accepted;
    if (key && first) sql.insertKey.run(key.key, key.hash, first.seq, accepted.length, at);
    return { outcome: 'accepted', events: accepted };
  }

  /** Inserts one event where its object's lane lets it stand. */
  function insert(event: NewEvent, emit: boolean): AcceptedEvent {
    const seq = eventSeqs.next();
    const held = event.ordered && lanes.foremost(event.objectKey) >= 0;
    const at = held ? stage.behind : emit ? stage.emitted : stage.ready;
    const { eventType, objectId, objectKey, ordered, node, acceptedAt, payload, hops = 0 } = event;
    const isOrdered = ordered ? 1 : 0;
    sql.insert.run(seq, eventType, objectId, objectKey, isOrdered, node, at, seq, acceptedAt, payload, hops);
    waiting.add(1);
    return { seq, stage: at };
  }

  function range(first: number, count: number): AcceptedEvent[] {
    return Array.from({ length: count }, (_, index) => {
      const row = sql.stageOf.get(first + index) as { stage: Stage } | undefined;
      return { seq: first + index, stage: row?.stage ?? stage.succeeded };
    });
  }

  return { accept, insert };
}

export type Acceptance = ReturnType<typeof acceptanceOn>;
