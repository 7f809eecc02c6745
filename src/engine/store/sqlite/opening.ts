import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal, OnTrouble } from '../journal.ts';
import { type OpenRegistryFile, openRegistryFile, type RememberedNumbers } from './registry-file.ts';
import { SqliteJournal } from './sqlite-journal.ts';

/** Opens the journal of a folder; `now` is in ms since the epoch, `onTrouble` is told when `trouble` changes. */
export type OpenJournal = (folder: string, now: number, onTrouble: OnTrouble) => Promise<Journal>;

export interface OpenFolder {
  readonly journal: Journal;
  readonly file: OpenRegistryFile;
  /** What was damaged and has been moved aside, with what to do about it; null when nothing was. */
  readonly notice: string | null;
}

/**
 * Opens a registry's folder, and makes it when there is none.
 * @param remembered the handlers' numbers as the journal's log has them, for when registry.json is lost
 * @throws JournalError saying what to do; nothing is held then
 */
export async function openFolder(
  folder: string,
  now: number,
  remembered: () => Promise<RememberedNumbers>,
  onTrouble: OnTrouble,
  openJournal: OpenJournal = SqliteJournal.open,
): Promise<OpenFolder> {
  const fresh = !existsSync(join(folder, 'journal.sqlite'));
  const journal = await openJournal(folder, now, onTrouble);
  try {
    const file = await openRegistryFile(folder, async () => (fresh ? {} : remembered()), {
      text: journal.book,
      keep: (text) => journal.keepBook(text),
    });
    const notices = [journal.notice, file.notice].filter((notice) => notice !== null);
    return { journal, file, notice: notices.join('\n') || null };
  } catch (error) {
    await journal.close();
    throw error;
  }
}
