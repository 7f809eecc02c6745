import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { sqliteErrorKind } from '../../journal-error.ts';
import { inTransaction } from '../transaction.ts';

/** Of what is in the file; a file of another version is made anew. */
const version = 2;

export interface SearchFile {
  readonly db: DatabaseSync;
  /** `touched_at` of the last event that is in it. */
  readonly cursor: number;
  /** Of the events touched before this, none is in it yet; 0: all are. */
  readonly before: number;
}

/**
 * Opens the text index of the journal with this tag, and begins a new one when there is none that will do.
 * @param lastTouched `touched_at` from which on a new one follows the journal
 */
export function openSearchFile(file: string, tag: string, lastTouched: () => number): SearchFile {
  const found = existsSync(file) ? openFound(file, tag) : undefined;
  if (found) return found;
  removeSearchFile(file);
  const db = configured(file);
  const cursor = lastTouched();
  const before = cursor === 0 ? 0 : cursor + 1;
  inTransaction(db, () => {
    db.exec(`
      create table meta(key text primary key, value any not null) strict, without rowid;
      pragma user_version = ${version};
    `);
    const insert = db.prepare('insert into meta values(?, ?)');
    for (const [key, value] of Object.entries({ tag, cursor, before })) insert.run(key, value);
  });
  return { db, cursor, before };
}

export function removeSearchFile(file: string): void {
  for (const part of ['-wal', '-shm', '']) rmSync(file + part, { force: true });
}

function openFound(file: string, tag: string): SearchFile | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = configured(file);
    const meta = db.prepare('select value from meta where key = ?');
    if (
      db.prepare('pragma user_version').get()?.['user_version'] === version &&
      meta.get('tag')?.['value'] === tag
    ) {
      const stored = (key: string) => Number(meta.get(key)?.['value']);
      return { db, cursor: stored('cursor'), before: stored('before') };
    }
    db.close();
  } catch (error) {
    db?.close();
    // Of tables that are missing, SQLite says a plain error; what the disk refuses will refuse a new file too.
    const kind = sqliteErrorKind(error);
    if (kind !== undefined && kind !== 'damaged') throw error;
  }
  return undefined;
}

function configured(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 1000 });
  try {
    // What a power failure takes can be made anew; only a torn file would not be noticed.
    db.exec(
      'pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4000; pragma cache_size = -8000',
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
