import type { DatabaseSync } from 'node:sqlite';
import type { Emission } from '../../journal.ts';
import { stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';
import { emissionColumns } from './event-rows.ts';

/**
 * The lanes of objects: one open event of an object is on its way, the others wait behind it.
 * Taken events go first, in the order they were taken; then accepted ones.
 */
export function lanesOn(db: DatabaseSync, work: Announcements) {
  const first = (columns: string, at: number) =>
    db.prepare(
      `select ${columns} from events
       where object_key = ? and stage = ${at} and stage < 6 and ordered = 1 order by turn limit 1`,
    );
  const sql = {
    foremost: db.prepare(
      'select stage from events where object_key = ? and stage < 6 and ordered = 1 order by stage desc limit 1',
    ),
    firstQueued: first('seq, next_handler as handler', stage.queued),
    firstBehind: first(emissionColumns, stage.behind),
    holdBack: db.prepare(
      'update events set stage = 0 where object_key = ? and stage = 1 and stage < 6 and ordered = 1',
    ),
    setStage: db.prepare('update events set stage = ? where seq = ?'),
  };

  /** The furthest stage that an open event of the object has reached; -1 when there is none. */
  function foremost(objectKey: string): number {
    const row = sql.foremost.get(objectKey) as { stage: number } | undefined;
    return row ? row.stage : -1;
  }

  /** Whether a taken event of the object has not passed yet. */
  function taken(objectKey: string): boolean {
    return foremost(objectKey) >= stage.queued;
  }

  /** An event of the object was taken past the ones that wait: of those none may be emitted now. */
  function holdBack(objectKey: string): void {
    sql.holdBack.run(objectKey);
  }

  /**
   * Lets the next event of the object go, if nothing of it is on its way.
   * @param emit there is an emission slot for it
   * @returns whether the slot is used
   */
  function release(objectKey: string, emit: boolean): boolean {
    switch (foremost(objectKey)) {
      case stage.queued: {
        const next = sql.firstQueued.get(objectKey) as { seq: number; handler: string | null };
        sql.setStage.run(stage.due, next.seq);
        work.due(next.handler ?? '');
        return false;
      }
      case stage.behind: {
        const next = sql.firstBehind.get(objectKey) as unknown as Emission;
        sql.setStage.run(emit ? stage.emitted : stage.ready, next.seq);
        if (emit) work.emitted(next);
        else work.ready();
        return emit;
      }
      default:
        return false;
    }
  }

  return { foremost, taken, holdBack, release };
}
