import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../journal-error.ts';
import { asideOf } from './aside.ts';
import type { OpenFile, OpenFiles } from './open-files.ts';

/**
 * Saves what an open journal holds after one of its files was deleted, renamed or replaced, and closes it. As long as
 * it is open all of it can be read, wherever its file has gone.
 * @returns what to say of it
 * @throws when it can not be saved now; it is open still then
 */
export function saveDisplaced(
  db: DatabaseSync,
  folder: string,
  files: OpenFiles,
  displaced: OpenFile,
): JournalError {
  // Whoever has the file where it is now finds it whole.
  db.exec('pragma wal_checkpoint(truncate)');
  if (displaced === 'journal.sqlite') return saveElsewhere(db, folder, files);
  db.close();
  return new JournalError(
    'displaced',
    `${displaced} was deleted or replaced while it was in use: the journal is opened again; nothing of it is lost`,
  );
}

function saveElsewhere(db: DatabaseSync, folder: string, files: OpenFiles): JournalError {
  const file = join(folder, 'journal.sqlite');
  const copy = asideOf(file, 'saved');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    db.prepare('vacuum into ?').run(copy);
    sync(copy);
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
  db.close();
  // They belong to the file that is gone: SQLite would take them for the new one's.
  for (const part of ['journal.sqlite-wal', 'journal.sqlite-shm'] as const)
    if (files.isOurs(part)) rmSync(join(folder, part), { force: true });
  if (files.isMissing('journal.sqlite')) {
    renameSync(copy, file);
    return new JournalError(
      'displaced',
      'journal.sqlite was deleted or moved away while it was in use: it has been written anew with all that it held',
    );
  }
  return new JournalError(
    'displaced',
    `journal.sqlite was replaced while it was in use: the one that stands there now is used; what the one before held is in ${copy}`,
  );
}

function sync(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
