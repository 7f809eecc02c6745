import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { numbersGiven } from '../../../src/engine/store/sqlite/schema.ts';
import { SqliteJournal } from '../../../src/engine/store/sqlite/sqlite-journal.ts';
import type { Operation } from '../../../src/engine/store/sqlite/writer/protocol.ts';
import { operationsOf } from '../operation-history.ts';
import { type Entry, readDiary, storyOf } from './diary.ts';
import { type Act, loadOf } from './load.ts';
import { openedAt, PlainJournal } from './plain-journal.ts';
import type { UserOptions } from './users.ts';

// A process that uses a journal, and writes to its standard output, at once, what it asks for and what it is told. It may
// be killed at any time.

/** Something that is written in any case. */
const aBook: Operation = { name: 'keepBook', args: ['{"handlers":[1]}'] };

/** It gives up after so many openings that failed. */
const mostOpenings = 3;

const { folder, diary, seed, length, ahead, closes } = JSON.parse(String(process.argv[2])) as UserOptions;
const plain = new PlainJournal();
const underWay: Promise<unknown>[] = [];
const before = storyOf(readDiary(diary));
let journal: SqliteJournal;
let asked = before.length;

function write(...entry: Entry): void {
  writeSync(1, `${JSON.stringify(entry)}\n`);
}

/** @returns false once it can't be opened */
async function open(): Promise<boolean> {
  for (let times = 0; times < mostOpenings; times += 1) {
    try {
      journal = await SqliteJournal.open(folder, { now: openedAt });
      const given = givenIn(folder);
      write('opened', journal.notice, given);
      plain.reopen(given);
      return true;
    } catch (error) {
      write('unopened', String(error));
    }
  }
  return false;
}

function givenIn(journalFolder: string) {
  const db = new DatabaseSync(join(journalFolder, 'journal.sqlite'), { readOnly: true, timeout: 5000 });
  try {
    return numbersGiven(db);
  } finally {
    db.close();
  }
}

/** @returns whether it was done */
async function ask({ name, args }: Operation): Promise<boolean> {
  asked += 1;
  const number = asked;
  write('asked', number, { name, args });
  const operation = journal[name] as (...given: readonly unknown[]) => Promise<unknown>;
  try {
    write('answered', number, await operation(...args));
    return true;
  } catch (error) {
    const { name: kind, message } = error as Error;
    write('refused', number, kind, message);
    return false;
  }
}

async function carryOut(operations: readonly Operation[]): Promise<void> {
  const asking = operations.map(ask);
  if (ahead === 1) {
    const done = await Promise.all(asking);
    plain.carryOut(operations.filter((_, index) => done[index]));
    return;
  }
  plain.carryOut(operations);
  underWay.push(Promise.all(asking));
  if (underWay.length >= ahead) await underWay.shift();
}

async function perform(act: Act, number: number): Promise<boolean> {
  switch (act.kind) {
    case 'history':
      await carryOut(operationsOf(act.batch, plain.db, number));
      if (act.batch.writes === 'all') await carryOut([{ name: 'writeRows', args: [] }]);
      return true;
    case 'fixed':
      await carryOut(act.operations);
      return true;
    case 'checkpoint':
      checkpoint();
      return true;
    case 'reopen':
      await Promise.all(underWay.splice(0));
      // What was refused last may be there once it is opened again: that is for the next one to find.
      if (!(await ask(aBook))) return false;
      plain.carryOut([aBook]);
      await journal.close();
      write('closed');
      return open();
  }
}

function checkpoint(): void {
  try {
    const other = new DatabaseSync(join(folder, 'journal.sqlite'), { timeout: 1000 });
    other.exec('pragma wal_checkpoint(restart)');
    other.close();
  } catch {
    // The disk does not take it: nobody was told that it would.
  }
}

async function run(): Promise<void> {
  plain.retell(before);
  if (!(await open())) return;
  process.send?.('open');
  for (const [number, act] of loadOf(seed, length).entries()) {
    const lost = await Promise.race([journal.lost, undefined]);
    if (lost) {
      await Promise.all(underWay.splice(0));
      await journal.close();
      write('closed');
      if (!(await open())) return;
    }
    if (!(await perform(act, before.length + number))) return;
  }
  await Promise.all(underWay.splice(0));
  if (closes) await journal.close();
  write('over');
}

await run();
// Whatever is still open is left as a kill would leave it.
process.kill(process.pid, 'SIGKILL');
