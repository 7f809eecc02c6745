import type { DatabaseSync } from 'node:sqlite';

/** All or nothing. */
export function inTransaction(db: DatabaseSync, work: () => unknown): void {
  db.exec('begin immediate');
  try {
    work();
    db.exec('commit');
  } catch (error) {
    // SQLite rolls back by itself when the disk is full: a second rollback is then an error.
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}
