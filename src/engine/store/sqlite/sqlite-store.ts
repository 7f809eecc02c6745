import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store, StoreLocation, StoreOptions } from '../store.ts';
import type { Stores } from '../stores.ts';
import { isDamagedAside } from './aside.ts';
import { backUp } from './backup.ts';
import { FileBook, openRegistryFile } from './registry-file.ts';
import { SqliteJournal, type SqliteJournalOptions } from './sqlite-journal.ts';
import { SqliteLog } from './sqlite-log.ts';

/**
 * A registry's own folder: its journal and log in SQLite, its handler book in registry.json.
 * @param how as in `SqliteJournalOptions`
 */
export function sqliteStore(folder: string, how: Pick<SqliteJournalOptions, 'drafts'> = {}): StoreLocation {
  return {
    name: `the folder ${folder}`,
    check: 'that its disk is there, mounted and answers',
    open: (options) => openStore(folder, { ...options, ...how }),
  };
}

/** The stores of registries in folders below one; where that is is asked each time. */
export function sqliteStores(dir: () => string): Stores {
  const folderOf = (registry: string) => join(dir(), registry);
  return {
    of: (registry) => sqliteStore(folderOf(registry)),
    stored: () => foldersWithStores(dir()),
    damaged: (registry) => damagedIn(folderOf(registry)),
  };
}

async function foldersWithStores(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(dir, entry.name, 'journal.sqlite')))
    .map(({ name }) => name);
}

async function damagedIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(isDamagedAside).map((name) => join(folder, name));
}

async function openStore(
  folder: string,
  { parkedFor, now, ...options }: StoreOptions & Omit<SqliteJournalOptions, 'now'>,
): Promise<Store> {
  const fresh = !existsSync(join(folder, 'journal.sqlite'));
  let opened: SqliteJournal | undefined;
  const log = new SqliteLog({
    folder,
    parkedFor,
    whileRead: (read) => (opened ? opened.whileRead(read) : read()),
  });
  const open: { close(): Promise<void> }[] = [log];
  const close = async () => void (await Promise.all(open.map((one) => one.close())));
  try {
    const journal = await SqliteJournal.open(folder, { ...options, now: now(), onTouched: () => log.poke() });
    opened = journal;
    open.push(journal);
    const file = await openRegistryFile(folder, async () => (fresh ? {} : log.handlerNumbers()), {
      text: journal.book,
      keep: (text) => journal.keepBook(text),
    });
    const notices = [journal.notice, file.notice].filter((notice) => notice !== null);
    return {
      journal,
      log,
      handlers: new FileBook(file),
      notice: notices.join('\n') || null,
      lost: journal.lost,
      instances: null,
      backUp: (to) => backUp(journal, folder, to),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
