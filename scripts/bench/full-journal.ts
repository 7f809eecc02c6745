import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SqliteLog } from '../../src/engine/store/sqlite/sqlite-log.ts';
import { fillJournal } from '../../test/support/filled-journal.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { filledFolder } from './waiting-events.ts';

/** Executions in it, at least. */
export const fullRows = 2_000_000;
export const onFullRows = `on ${fullRows.toLocaleString('en-US')} rows`;

export interface FullJournal {
  /** A user directory in which the journal of the registry `registry` is the full one, and the text index knows it. */
  readonly userDir: string;
  /** Where it lies there. */
  readonly folder: string;
  /** Events in it that retention may delete. */
  readonly settled: number;
}

let made: Promise<FullJournal> | undefined;

/** Made once, which takes minutes. Who changes it takes a copy. */
export function fullJournal(): Promise<FullJournal> {
  made ??= make();
  return made;
}

export async function fullJournalCopy(): Promise<FullJournal> {
  const { userDir: original, settled } = await fullJournal();
  const userDir = temporaryFolder('provisioning-bench-');
  await cp(original, userDir, { recursive: true });
  return { userDir, folder: folderIn(userDir), settled };
}

async function make(): Promise<FullJournal> {
  let settled = 0;
  const userDir = await filledFolder((db) => {
    fillJournal(db, fullRows);
    settled = Number(db.prepare('select count(*) as n from events where stage >= 7').get()?.['n']);
  });
  const folder = folderIn(userDir);
  const log = new SqliteLog({ folder, parkedFor: () => 'retry' });
  while ((await log.counts()).indexing) await sleep(500);
  await log.close();
  return { userDir, folder, settled };
}

function folderIn(userDir: string): string {
  return join(userDir, 'provisioning', 'registry');
}
