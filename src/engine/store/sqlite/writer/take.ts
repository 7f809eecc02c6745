import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NewEvent, Take, Taken } from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Acceptance } from './accept.ts';
import type { Announcements } from './announcements.ts';
import type { Backlogged } from './backlogged.ts';
import type { Clock } from './clock.ts';
import { type Executions, laneOf, type OfEvent } from './executions.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';
import type { Turns } from './turns.ts';

const mayBeTaken: ReadonlySet<Stage> = new Set([stage.behind, stage.ready, stage.emitted, stage.unclaimed]);

interface Parts {
  readonly lanes: Lanes;
  readonly acceptance: Acceptance;
  readonly executions: Executions;
  readonly turns: Turns;
  readonly sequence: Sequence;
  readonly clock: Clock;
  readonly waiting: Backlogged;
  readonly work: Announcements;
}

/** Takes events (rule 2): fixes the envelope, and the executions of its chain. */
export class Taking {
  readonly #parts: Parts;
  readonly #find: StatementSync;
  readonly #change: StatementSync;
  readonly #take: StatementSync;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    this.#find = db.prepare(
      `select seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered, hops
       from events where seq = ?`,
    );
    this.#change = db.prepare(
      'update events set event_type = ?, object_id = ?, object_key = ?, ordered = ?, payload = ? where seq = ?',
    );
    this.#take = db.prepare(
      'update events set stage = ?, turn = ?, executor = ?, next_handler = ?, touched_at = ? where seq = ?',
    );
  }

  take(take: Take): Taken {
    const { lanes, executions, turns, sequence, clock, waiting, work } = this.#parts;
    const from = typeof take.event === 'number' ? this.#stored(take.event) : this.#insert(take.event);
    if (!from || !mayBeTaken.has(from.stage)) return { outcome: 'already' };
    const { changed, links, executor, at } = take;
    const { seq } = from;
    const event = changed ? { seq, ...changed } : from;
    if (from.stage < stage.queued) waiting.add(-1);
    if (changed) this.#rewrite(seq, changed);
    if (event.ordered && from.stage !== stage.emitted) lanes.holdBack(event.objectKey);

    const firstExecution = sequence.next();
    const to = links.length === 0 ? stage.unhandled : this.#stageOf(event, take.start);
    const nextHandler = to === stage.due || to === stage.queued ? (links[0]?.handler.id ?? null) : null;
    const touchedAt = to === stage.unhandled ? clock.touch(at) : null;
    this.#take.run(to, firstExecution, executor, nextHandler, touchedAt, seq);

    const chain: number[] = [];
    let blocked = false;
    for (const [position, link] of links.entries()) {
      const first = position === 0;
      const execution = { seq: first ? firstExecution : sequence.next(), position, link, replayOf: null };
      if (executions.insert(event, { ...execution, start: first && to === stage.running }, at))
        blocked = true;
      chain.push(execution.seq);
    }
    if (to === stage.due && nextHandler !== null) work.due(nextHandler);
    if (take.missed.length > 0) executions.markStale(take.missed, event.objectKey);

    const lane = laneOf(from);
    const left = lane !== null && (lane !== laneOf(event) || to === stage.unhandled);
    const used = left && lanes.release(lane, take.emit);
    const taken = { outcome: 'taken', seq, hops: from.hops, chain } as const;
    if (!blocked) return { ...taken, stage: to, changed: [] };
    return { ...taken, ...turns.passBy(seq, firstExecution, at, take.emit && !used) };
  }

  #stored(seq: number): TakenFrom | undefined {
    const row = this.#find.get(seq) as unknown as
      | (Omit<TakenFrom, 'ordered'> & { ordered: number })
      | undefined;
    return row && { ...row, ordered: row.ordered === 1 };
  }

  #insert(event: NewEvent): TakenFrom {
    return { ...event, hops: event.hops ?? 0, ...this.#parts.acceptance.insert(event, false) };
  }

  #rewrite(
    seq: number,
    { eventType, objectId, objectKey, ordered, payload }: NonNullable<Take['changed']>,
  ): void {
    this.#change.run(eventType, objectId, objectKey, ordered ? 1 : 0, payload, seq);
  }

  #stageOf(event: OfEvent, start: boolean): Stage {
    if (event.ordered && this.#parts.lanes.taken(event.objectKey)) return stage.queued;
    return start ? stage.running : stage.due;
  }
}

interface TakenFrom extends OfEvent {
  readonly stage: Stage;
  readonly hops: number;
}
