import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Emission } from '../../journal.ts';
import { stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';

interface EventRow {
  seq: number;
  node: string | null;
  payload: string;
  event_type: string;
  object_id: string;
  next_handler: string | null;
}

/**
 * The lanes of objects: one open event of an object is on its way, the others wait behind it.
 * Taken events go first, in the order they were taken; then accepted ones.
 */
export class Lanes {
  readonly #work: Announcements;
  readonly #foremost: StatementSync;
  readonly #firstOf: StatementSync;
  readonly #setStage: StatementSync;
  readonly #holdBack: StatementSync;

  constructor(db: DatabaseSync, work: Announcements) {
    this.#work = work;
    this.#foremost = db.prepare(
      'select stage from events where object_key = ? and stage < 6 and ordered = 1 order by stage desc limit 1',
    );
    this.#firstOf = db.prepare(
      `select seq, node, payload, event_type, object_id, next_handler from events
       where object_key = ? and stage = ? and stage < 6 and ordered = 1 order by turn limit 1`,
    );
    this.#holdBack = db.prepare(
      'update events set stage = 0 where object_key = ? and stage = 1 and stage < 6 and ordered = 1',
    );
    this.#setStage = db.prepare('update events set stage = ? where seq = ?');
  }

  /** The furthest stage that an open event of the object has reached; -1 when there is none. */
  foremost(objectKey: string): number {
    const row = this.#foremost.get(objectKey) as { stage: number } | undefined;
    return row ? row.stage : -1;
  }

  /** Whether a taken event of the object has not passed yet. */
  taken(objectKey: string): boolean {
    return this.foremost(objectKey) >= stage.queued;
  }

  /** An event of the object was taken past the ones that wait: of those none may be emitted now. */
  holdBack(objectKey: string): void {
    this.#holdBack.run(objectKey);
  }

  /**
   * Lets the next event of the object go, if nothing of it is on its way.
   * @param emit there is an emission slot for it
   * @returns whether the slot is used
   */
  release(objectKey: string, emit: boolean): boolean {
    switch (this.foremost(objectKey)) {
      case stage.queued: {
        const { seq, next_handler } = this.#firstOf.get(objectKey, stage.queued) as unknown as EventRow;
        this.#setStage.run(stage.due, seq);
        this.#work.due(next_handler ?? '');
        return false;
      }
      case stage.behind: {
        const row = this.#firstOf.get(objectKey, stage.behind) as unknown as EventRow;
        this.#setStage.run(emit ? stage.emitted : stage.ready, row.seq);
        if (emit) this.#work.emitted(emissionOf(row));
        else this.#work.ready();
        return emit;
      }
      default:
        return false;
    }
  }
}

export function emissionOf(row: Omit<EventRow, 'next_handler'>): Emission {
  return {
    seq: row.seq,
    node: row.node,
    payload: row.payload,
    eventType: row.event_type,
    objectId: row.object_id,
  };
}
