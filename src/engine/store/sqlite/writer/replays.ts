import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { replayable } from '../../../rules/replayable.ts';
import type { Replay, Replayed } from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';
import type { Backlogged } from './backlogged.ts';
import type { Executions } from './executions.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';
import type { Turns } from './turns.ts';

interface Parts {
  readonly lanes: Lanes;
  readonly executions: Executions;
  readonly turns: Turns;
  readonly events: Sequence;
  readonly waiting: Backlogged;
  readonly work: Announcements;
}

/** Runs again what is settled, at the end of its object's queue (rule 6). */
export class Replays {
  readonly #parts: Parts;
  readonly #find: StatementSync;
  readonly #findOf: StatementSync;
  readonly #emitAgain: StatementSync;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    const select = `select seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered
      from events where seq =`;
    this.#find = db.prepare(`${select} ?`);
    this.#findOf = db.prepare(`${select} (select event_seq from executions where executions.seq = ?)`);
    this.#emitAgain = db.prepare('update events set stage = ?, turn = ?, touched_at = null where seq = ?');
  }

  replay({ which, callable, at }: Replay): Replayed {
    const asked = 'executions' in which ? which.executions : undefined;
    const row = ('event' in which
      ? this.#find.get(which.event)
      : this.#findOf.get(which.executions[0] ?? 0)) as unknown as EventRow | undefined;
    if (!row) return { outcome: 'unknown' };
    const event = { ...row, ordered: row.ordered === 1 };
    if (row.stage === stage.unclaimed) return this.#emit(event);
    if (row.stage < stage.parked) return { outcome: 'conflict', why: 'it is waiting or running already' };
    const choice = replayable(this.#parts.executions.chain(row.seq), asked, callable);
    if ('why' in choice) return { outcome: 'conflict', why: choice.why };
    const replays = choice.turns.map((one) => ({
      seq: this.#parts.turns.replay(event, one, at),
      handler: one.handler.id,
    }));
    const [first] = replays;
    this.#parts.turns.enqueue(event, first?.handler ?? '', first?.seq ?? 0);
    return { outcome: 'replaying', executions: replays.map((one) => one.seq) };
  }

  /** An unclaimed event goes into the flow again. */
  #emit(event: { seq: number; objectKey: string; ordered: boolean }): Replayed {
    const held = event.ordered && this.#parts.lanes.foremost(event.objectKey) >= 0;
    this.#emitAgain.run(held ? stage.behind : stage.ready, this.#parts.events.next(), event.seq);
    this.#parts.waiting.add(1);
    if (!held) this.#parts.work.ready();
    return { outcome: 'replaying', executions: [] };
  }
}

interface EventRow {
  seq: number;
  stage: Stage;
  eventType: string;
  objectId: string;
  objectKey: string;
  ordered: number;
}
