import { stage } from '../stage.ts';
import type { Announcements } from './announcements.ts';
import type { Rows } from './rows.ts';

/**
 * The lanes of objects: one open event of an object is on its way, the others wait behind it.
 * Taken events go first, in the order they were taken; then accepted ones.
 */
export function lanesOn(rows: Rows, work: Announcements) {
  /** Whether an open event of the object stands before one that is accepted now. */
  function occupied(objectKey: string): boolean {
    return rows.foremost(objectKey) >= 0;
  }

  /** Whether a taken event of the object has not passed yet. */
  function taken(objectKey: string): boolean {
    return rows.foremost(objectKey) >= stage.queued;
  }

  /**
   * Lets the next event of the object go, if nothing of it is on its way.
   * @param slot there is an emission slot for it
   * @returns whether the slot is used
   */
  function release(objectKey: string, slot: boolean): boolean {
    const foremost = rows.foremost(objectKey);
    if (foremost !== stage.queued && foremost !== stage.behind) return false;
    const next = rows.firstInLane(objectKey, foremost);
    if (!next) return false;
    if (foremost === stage.queued) {
      rows.changeEvent(next.seq, { stage: stage.due });
      work.due(next.nextHandler ?? '');
      return false;
    }
    const emit = slot && rows.isAtHome(next.seq);
    rows.changeEvent(next.seq, { stage: emit ? stage.emitted : stage.ready });
    const { seq, node, payload, eventType, objectId } = next;
    if (emit) work.emitted({ seq, node, payload, eventType, objectId });
    else work.ready();
    return emit;
  }

  return { occupied, taken, holdBack: (objectKey: string) => rows.holdBack(objectKey), release };
}
