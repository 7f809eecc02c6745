import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Accepted, AcceptedEvent, IdempotencyKey, NewEvent } from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';
import type { Backlogged } from './backlogged.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';

/** Accepts events (rule 1): a row each, and a key that recognises a repeated request. */
export class Acceptance {
  readonly #lanes: Lanes;
  readonly #sequence: Sequence;
  readonly #waiting: Backlogged;
  readonly #work: Announcements;
  readonly #insert: StatementSync;
  readonly #findKey: StatementSync;
  readonly #insertKey: StatementSync;
  readonly #stageOf: StatementSync;

  constructor(db: DatabaseSync, lanes: Lanes, sequence: Sequence, waiting: Backlogged, work: Announcements) {
    this.#waiting = waiting;
    this.#work = work;
    this.#lanes = lanes;
    this.#sequence = sequence;
    this.#insert = db.prepare(
      `insert into events(seq, event_type, object_id, object_key, ordered, node, stage, turn, accepted_at, payload, hops)
       values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#findKey = db.prepare('select hash, first_seq, events from idempotency_keys where key = ?');
    this.#insertKey = db.prepare(
      'insert into idempotency_keys(key, hash, first_seq, events, at) values(?, ?, ?, ?, ?)',
    );
    this.#stageOf = db.prepare('select stage from events where seq = ?');
  }

  accept(
    events: readonly NewEvent[],
    emit: number,
    key?: IdempotencyKey,
    backlogLimit = Number.POSITIVE_INFINITY,
  ): Accepted {
    if (key) {
      const known = this.#findKey.get(key.key) as
        | { hash: string; first_seq: number; events: number }
        | undefined;
      if (known && known.hash !== key.hash) return { outcome: 'conflict' };
      if (known) return { outcome: 'duplicate', events: this.#range(known.first_seq, known.events) };
    }
    const { count } = this.#waiting;
    if (count + events.length > backlogLimit) return { outcome: 'full', waiting: count };
    let slots = emit;
    const accepted = events.map((event) => {
      const one = this.insert(event, slots > 0);
      if (one.stage === stage.emitted) slots -= 1;
      if (one.stage === stage.ready) this.#work.ready();
      return one;
    });
    const [first] = accepted;
    if (key && first)
      this.#insertKey.run(key.key, key.hash, first.seq, accepted.length, events[0]?.acceptedAt ?? 0);
    return { outcome: 'accepted', events: accepted };
  }

  /** Inserts one event where its object's lane lets it stand. */
  insert(event: NewEvent, emit: boolean): AcceptedEvent {
    const seq = this.#sequence.next();
    const held = event.ordered && this.#lanes.foremost(event.objectKey) >= 0;
    const at = held ? stage.behind : emit ? stage.emitted : stage.ready;
    const { eventType, objectId, objectKey, ordered, node, acceptedAt, payload, hops = 0 } = event;
    this.#insert.run(
      seq,
      eventType,
      objectId,
      objectKey,
      ordered ? 1 : 0,
      node,
      at,
      seq,
      acceptedAt,
      payload,
      hops,
    );
    this.#waiting.add(1);
    return { seq, stage: at };
  }

  #range(first: number, count: number): AcceptedEvent[] {
    return Array.from({ length: count }, (_, index) => {
      const row = this.#stageOf.get(first + index) as { stage: Stage } | undefined;
      return { seq: first + index, stage: row?.stage ?? stage.succeeded };
    });
  }
}
