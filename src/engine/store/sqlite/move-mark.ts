import type { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../journal-error.ts';
import { type MoveMark, moveKey, moveMarkFrom, whyMarked } from '../move-mark.ts';
import { metaOf } from './schema.ts';

export function markIn(db: DatabaseSync): MoveMark | null {
  return moveMarkFrom(metaOf(db, moveKey));
}

/** @param mark null: it takes part in no move any more */
export function setMark(db: DatabaseSync, mark: MoveMark | null): void {
  db.prepare('delete from meta where key = ?').run(moveKey);
  if (mark) db.prepare('insert into meta values(?, ?)').run(moveKey, JSON.stringify(mark));
}

/**
 * The journal is to be used: a move elsewhere that was cut off is given up by that.
 * @throws JournalError while a registry is being moved into it, or once it was moved elsewhere
 */
export function refuseMarked(db: DatabaseSync, file: string): void {
  const mark = markIn(db);
  if (!mark) return;
  if (mark.state === 'leaving') return setMark(db, null);
  const settings = `set provisioning.postgres in settings.js, or move ${file} away to begin a new journal`;
  throw new JournalError('failed', whyMarked(mark, settings));
}
