import type { DatabaseSync } from 'node:sqlite';
import { isOwnFault } from '../../journal-error.ts';

/**
 * Keeps a part of an operation that fails from taking the rest along. That costs more than the part itself: SQLite
 * copies each page that is written within a savepoint. So it is off while nothing fails.
 * @param mark returns what undoes, of what memory holds of the database, all that comes from then on
 */
export function isolationOn(db: DatabaseSync, mark: () => () => void) {
  const begin = db.prepare('savepoint part');
  const keep = db.prepare('release part');
  const undo = db.prepare('rollback to part');
  let isolates = true;

  /**
   * Does a part, or, if it fails for a reason of its own, `otherwise` in its place: nothing of the part is kept then.
   * While it does not isolate, what fails takes its transaction along.
   * @throws what the disk or the file is to blame for
   */
  const isolated = <T>(part: () => T, otherwise: (error: unknown) => T): T => {
    if (!isolates) return part();
    begin.run();
    const forget = mark();
    try {
      const done = part();
      keep.run();
      return done;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      undo.run();
      keep.run();
      forget();
      return otherwise(error);
    }
  };
  const isolate = (on: boolean) => {
    isolates = on;
  };
  return { isolated, isolate };
}
