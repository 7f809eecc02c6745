import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionLog } from '../../src/engine/store/log.ts';
import { groupFailures } from '../../src/engine/store/sqlite/failure-groups.ts';
import { SqliteLog } from '../../src/engine/store/sqlite/sqlite-log.ts';
import { fillJournal } from '../../test/support/filled-journal.ts';
import { openPostgres } from '../../test/support/postgres.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { filledInPostgres, type InPostgres, vacuum } from './postgres/in-postgres.ts';
import { filledFolder } from './waiting-events.ts';

/** Executions in it, at least. */
export const fullRows = 2_000_000;
export const onFullRows = `on ${fullRows.toLocaleString('en-US')} rows`;
const fullRowsInPostgres = 1_000_000;
export const onFullRowsInPostgres = `on ${fullRowsInPostgres.toLocaleString('en-US')} rows in PostgreSQL`;

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
    settled = fill(db, fullRows);
  });
  const folder = folderIn(userDir);
  const log = new SqliteLog({ folder, parkedFor: () => 'retry' });
  await indexed(log);
  await log.close();
  return { userDir, folder, settled };
}

type FullInPostgres = InPostgres & Pick<FullJournal, 'settled'>;

let madeInPostgres: Promise<FullInPostgres> | undefined;

/** The same in PostgreSQL, made once. Who changes it comes last. */
export function fullInPostgres(): Promise<FullInPostgres> {
  madeInPostgres ??= makeInPostgres();
  return madeInPostgres;
}

async function makeInPostgres(): Promise<FullInPostgres> {
  let settled = 0;
  const place = await filledInPostgres('full', (db) => {
    settled = fill(db, fullRowsInPostgres);
  });
  const store = await openPostgres(place.url, place.schema);
  await indexed(store.log);
  await store.close();
  await vacuum(place);
  return { ...place, settled };
}

/** @returns events in it that retention may delete */
function fill(db: DatabaseSync, rows: number): number {
  fillJournal(db, rows);
  groupFailures(db);
  return Number(db.prepare('select count(*) as n from events where stage >= 7').get()?.['n']);
}

async function indexed(log: Pick<ExecutionLog, 'counts'>): Promise<void> {
  while ((await log.counts()).indexing) await sleep(500);
}

function folderIn(userDir: string): string {
  return join(userDir, 'provisioning', 'registry');
}
