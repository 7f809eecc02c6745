import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Conflict, ProvisioningError, Unavailable } from '../../words/errors.ts';
import { JournalError } from '../journal-error.ts';

/** Copies that are being written. */
const underWay = new Set<string>();

/**
 * Copies a registry's folder while it is in use: journal and registry.json. The copy has all that was acknowledged
 * before, and stands at `to` only when it is whole and synced; the text index is not in it and is made anew.
 * @throws Conflict when something stands at `to`, Unavailable when it can't be written
 */
export async function backUp(
  journal: { backUp(file: string): Promise<void> },
  from: string,
  to: string,
): Promise<void> {
  if (underWay.has(to) || existsSync(to)) throw new Conflict(`${to} is there already: choose another name`);
  const partial = `${to}.partial`;
  underWay.add(to);
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await journal.backUp(join(partial, 'journal.sqlite'));
    const book = join(from, 'registry.json');
    if (existsSync(book)) await copyFile(book, join(partial, 'registry.json'));
    for (const name of await readdir(partial)) await sync(join(partial, name));
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof ProvisioningError) throw error;
    throw new Unavailable(JournalError.from(error, to).message);
  } finally {
    underWay.delete(to);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
