import type { DatabaseSync } from 'node:sqlite';
import { isOwnFault } from '../../journal-error.ts';
import type { Announcements } from './announcements.ts';

/**
 * Keeps a part of an operation that fails from taking the rest along.
 * @param reset what memory holds of the database is read anew
 */
export function isolationOn(db: DatabaseSync, work: Announcements, reset: () => void) {
  const begin = db.prepare('savepoint part');
  const keep = db.prepare('release part');
  const undo = db.prepare('rollback to part');

  /**
   * Does a part, or, if it fails for a reason of its own, `otherwise` in its place: nothing of the part is kept then.
   * @throws what the disk or the file is to blame for
   */
  return <T>(part: () => T, otherwise: (error: unknown) => T): T => {
    begin.run();
    const unannounce = work.mark();
    try {
      const done = part();
      keep.run();
      return done;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      undo.run();
      keep.run();
      reset();
      unannounce();
      return otherwise(error);
    }
  };
}
