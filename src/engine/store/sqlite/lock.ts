import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalError, sqliteErrorKind } from '../journal-error.ts';

/** A folder held by this process. The operating system lets go of it when the process ends, however it ends. */
export interface Lock {
  release(): void;
}

/**
 * Holds a folder against other processes: an exclusive SQLite transaction on a file of its own.
 * @throws JournalError of kind `locked` when another process holds it
 */
export function lockFolder(folder: string): Lock {
  const file = join(folder, 'lock');
  try {
    return hold(file);
  } catch (error) {
    if (sqliteErrorKind(error) !== 'damaged') throw asLockError(error, folder);
    // Nothing is kept in it: a damaged lock file is no lock.
    rmSync(file);
    return hold(file);
  }
}

function hold(file: string): Lock {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    throw error;
  }
  return { release: () => db.close() };
}

function asLockError(error: unknown, folder: string): Error {
  if (sqliteErrorKind(error) !== 'locked') return JournalError.from(error, folder);
  return new JournalError(
    'locked',
    `the folder is in use by another process: stop the other Node-RED, or give this one its own provisioning.dir (${folder})`,
  );
}
