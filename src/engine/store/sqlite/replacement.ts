import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asideOf } from './aside.ts';
import { salvage } from './salvage.ts';
import { migrate } from './schema.ts';

const flagOf = (file: string) => `${file}-damaged`;
/** What takes the place of a damaged journal: whole, or it would not have this name. */
const successorOf = (file: string) => `${file}-successor`;

/** Damage was met in the open journal: the next opening moves it aside, though it may look sound where it is checked. */
export function flagDamage(folder: string): void {
  writeFileSync(flagOf(join(folder, 'journal.sqlite')), '');
}

/** Whether damage was met in a journal that stands there still, or its replacement was cut off. */
export function isToBeReplaced(file: string): boolean {
  return existsSync(successorOf(file)) || (existsSync(flagOf(file)) && existsSync(file));
}

/**
 * Puts a new journal in the place of a damaged one, with what can be read of that, and moves that aside. It may be cut
 * off anywhere: whoever opens the journal then goes on with it, or begins anew.
 * @returns where the damaged one is now
 * @throws what the disk is to blame for; the damaged one stands where it was then
 */
export function replaceDamaged(file: string): string {
  const successor = successorOf(file);
  if (!existsSync(successor)) {
    const partial = `${successor}.partial`;
    for (const part of ['', '-journal']) rmSync(partial + part, { force: true });
    const db = new DatabaseSync(partial);
    try {
      db.exec('pragma fullfsync = on');
      migrate(db);
      salvage(file, db);
    } finally {
      db.close();
    }
    renameSync(partial, successor);
  }
  // The same one each time that it is asked, as some of its files may have been moved already.
  const aside = asideOf(file, 'damaged', statSync(successor).mtime);
  // The write-ahead log belongs to the file: without it the last commits could not be recovered.
  for (const part of ['-wal', '-shm', '']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part);
  }
  rmSync(flagOf(file), { force: true });
  renameSync(successor, file);
  return aside;
}
