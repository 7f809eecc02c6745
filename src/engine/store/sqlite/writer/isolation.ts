import type { DatabaseSync } from 'node:sqlite';
import { isOwnFault } from '../../journal-error.ts';
import type { Announcements } from './announcements.ts';

/** Keeps a part of an operation that fails from taking the rest along. */
export class Isolation {
  readonly #reset: () => void;
  readonly #work: Announcements;
  readonly #begin;
  readonly #keep;
  readonly #undo;

  /** @param reset what memory holds of the database is read anew */
  constructor(db: DatabaseSync, work: Announcements, reset: () => void) {
    this.#work = work;
    this.#reset = reset;
    this.#begin = db.prepare('savepoint part');
    this.#keep = db.prepare('release part');
    this.#undo = db.prepare('rollback to part');
  }

  /**
   * Does the work, or, if it fails for a reason of its own, `otherwise` in its place: nothing of the work is kept then.
   * @throws what the disk or the file is to blame for
   */
  run<T>(work: () => T, otherwise: (error: unknown) => T): T {
    this.#begin.run();
    const unannounce = this.#work.mark();
    try {
      const done = work();
      this.#keep.run();
      return done;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      this.#undo.run();
      this.#keep.run();
      this.#reset();
      unannounce();
      return otherwise(error);
    }
  }
}
