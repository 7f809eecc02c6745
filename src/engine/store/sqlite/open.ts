import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../journal-error.ts';
import { type Lock, lockFolder } from './lock.ts';
import { refuseMarked } from './move-mark.ts';
import { ProgressMark, passOverMissing } from './progress-mark.ts';
import { isToBeReplaced, replaceDamaged } from './replacement.ts';
import { metaOf, migrate, schemaVersion, versionOf } from './schema.ts';
import { inTransaction } from './transaction.ts';
import { writeLeftOver } from './writer/drafts/left-over.ts';

/** A commit is synced; the log is copied into the file when it has so many pages. */
export const commitSettings = 'pragma synchronous = full; pragma wal_autocheckpoint = 4000';

export interface OpenJournal {
  readonly db: DatabaseSync;
  readonly lock: Lock;
  readonly tag: string;
  /** Noted after each commit. */
  readonly mark: ProgressMark;
  /** A damaged journal was moved aside, or lacks its last commits: what is so, and what to do. */
  readonly notice: string | null;
}

/** A whole check reads the whole file; beyond this size, damage is found when it is met. */
const checkedBytes = 64 * 1024 * 1024;

/**
 * Opens `<folder>/journal.sqlite` for writing, and makes it when there is none.
 * A damaged file is moved aside, a newer one refused; neither is overwritten.
 * @throws JournalError saying what to do
 */
export function openJournal(folder: string): OpenJournal {
  const file = join(folder, 'journal.sqlite');
  let lock: Lock | undefined;
  try {
    // Customers' data are in it.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = lockFolder(folder);
    const fresh = isFresh(file) && !isToBeReplaced(file);
    const { db, damage } = openOrReplace(file);
    const tag = tagOf(db);
    const missing = fresh ? null : passOverMissing(folder, tag, db);
    return { db, lock, tag, notice: damage ?? missing, mark: new ProgressMark(folder, tag, db) };
  } catch (error) {
    lock?.release();
    throw JournalError.from(error, file);
  }
}

function openOrReplace(file: string): { readonly db: DatabaseSync; readonly damage: string | null } {
  try {
    if (isToBeReplaced(file)) throw new JournalError('damaged', 'damage was met while it was in use');
    return { db: openForUse(file), damage: null };
  } catch (error) {
    if (JournalError.from(error, file).kind !== 'damaged') throw error;
    const aside = replaceDamaged(file);
    const db = openForUse(file);
    const events = Number(db.prepare('select count(*) as n from events').get()?.['n']);
    return { db, damage: damageNotice(aside, events) };
  }
}

function damageNotice(aside: string, events: number): string {
  const over =
    events === 0
      ? 'no event that was not delivered could be taken over'
      : `${events} ${events === 1 ? 'event that was' : 'events that were'} not delivered ${events === 1 ? 'has' : 'have'} been taken over`;
  return `journal.sqlite was damaged and has been moved to ${aside}; a new one was begun, ${over}. What could not be read, and the log until then, is in that file only: recover it with "sqlite3 ${aside} .recover", or restore a backup`;
}

function openForUse(file: string): DatabaseSync {
  const db = openFile(file);
  try {
    refuseMarked(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * The journal in a file, brought to this version, whether or not it is to be used; its folder is locked.
 * @throws JournalError, or what SQLite says
 */
export function openFile(file: string): DatabaseSync {
  const fresh = isFresh(file);
  const db = new DatabaseSync(file, { timeout: 1000 });
  try {
    const version = versionOf(db);
    if (version > schemaVersion) {
      throw new JournalError(
        'newer',
        `journal.sqlite was written by a newer version of this package (format ${version}, this one knows ${schemaVersion}): update the package, or move ${file} away to begin a new journal`,
      );
    }
    if (!fresh) check(db, file);
    // On macOS, fsync alone leaves what was written in the drive's own memory; elsewhere these two change nothing.
    db.exec('pragma fullfsync = on; pragma checkpoint_fullfsync = on');
    db.exec(`pragma journal_mode = wal; ${commitSettings}; pragma cache_size = -32000`);
    migrate(db);
    inTransaction(db, () => writeLeftOver(db));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isFresh(file: string): boolean {
  return !existsSync(file) || statSync(file).size === 0;
}

function check(db: DatabaseSync, file: string): void {
  if (statSync(file).size > checkedBytes) return;
  const verdict = Object.values(db.prepare('pragma quick_check(1)').get() ?? {})[0];
  if (verdict !== 'ok') throw new JournalError('damaged', String(verdict));
}

function tagOf(db: DatabaseSync): string {
  const random = Math.random().toString(36).slice(2, 8).padEnd(6, '0');
  db.prepare("insert into meta values('tag', ?) on conflict do nothing").run(random);
  return String(metaOf(db, 'tag'));
}
