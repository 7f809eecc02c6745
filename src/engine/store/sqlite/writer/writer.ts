import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { saveDisplaced } from '../displaced.ts';
import { commitSettings, openJournal } from '../open.ts';
import { committedTo, type OpenFile, OpenFiles } from '../open-files.ts';
import { flagDamage } from '../replacement.ts';
import { metaOf } from '../schema.ts';
import { commitsOn, failureOf } from './commits.ts';
import { writeLate } from './late-writes.ts';
import { operationsOn } from './operations.ts';
import type { Failure, FromWriter, Operation, Result, ToWriter, WriterData } from './protocol.ts';
import { recover } from './recover.ts';

const { folder, now, unwritten, drafts } = workerData as WriterData;

/** Pages of a backup that are copied at a time: all that a file can have. */
const allPages = 2 ** 31 - 1;
/** So many settled events are written at a time: what they share in the indexes is written once. */
const together = 64;
/** Ms after which all are that are settled, where there are fewer. */
const latest = 250;
/** Ms between two looks at whether all files are in place; each batch looks at those that it is written to. */
const lookPause = 1000;

function run(): void {
  const { db, lock, tag, notice, mark } = openJournal(folder);
  const operations = operationsOn(db, { drafts });
  writeLate(db, operations, unwritten);
  const recovered = recover(db, now);
  operations.reset();
  operations.work.clear();
  const commits = commitsOn(db, operations, folder);
  const changes = db.prepare('select total_changes() as count');
  const files = new OpenFiles(folder);
  let later: NodeJS.Timeout | undefined;
  const looking = setInterval(() => look(files.displaced()), lookPause);

  /** @returns why nothing can be written, if a file of the journal is not in place any more */
  function look(displaced: OpenFile | undefined): Failure | undefined {
    if (!displaced) return undefined;
    try {
      const saved = failureOf(saveDisplaced(db, folder, files, displaced), folder);
      end({ lost: saved });
      return saved;
    } catch (error) {
      return failureOf(error, folder);
    }
  }

  function carryOut(batch: readonly Operation[], isRead: boolean): void {
    const displaced = look(files.displaced(committedTo));
    if (displaced) return tell(batch.map(() => ({ failure: displaced })));
    const before = changes.get()?.['count'];
    operations.drafts.rows.keepRows(isRead);
    const results = commits.carryOut(batch);
    const wrote = changes.get()?.['count'] !== before;
    if (wrote) mark.write(operations.drafts.rows.given);
    tell(results, wrote);
    const damage = results.find((result) => 'failure' in result && result.failure.kind === 'damaged');
    if (damage && 'failure' in damage) giveUp(damage.failure);
    else if (operations.drafts.settled >= together) writeSettled();
    else if (operations.drafts.count > 0) later ??= setTimeout(writeSettled, latest);
  }

  function tell(results: readonly Result[], wrote = false): void {
    const work = operations.work.take();
    const touched = operations.takeTouched();
    send({ results, ...(work && { work }), touched, wrote, drafts: operations.drafts.count > 0 });
  }

  /**
   * Nobody waits for it, and until it is synced, with the next commit, there are the notes: the mark must not know of it
   * before. What the disk does not take now it may take later.
   */
  function writeSettled(): void {
    clearTimeout(later);
    later = undefined;
    const failure = look(files.displaced(committedTo)) ?? unsynced(() => commits.writeDrafts('settled'));
    if (!db.isOpen) return;
    if (failure?.kind === 'damaged') return giveUp(failure);
    tell([], !failure);
    if (operations.drafts.count > 0) later = setTimeout(writeSettled, latest);
  }

  /** Without a checkpoint, which would sync what is written: SQLite says nothing of it where that fails. */
  function unsynced<T>(write: () => T): T {
    db.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');
    try {
      return write();
    } finally {
      db.exec(commitSettings);
    }
  }

  function giveUp(damage: Failure): void {
    flagDamage(folder);
    db.close();
    end({ lost: damage });
  }

  function end(last?: FromWriter): void {
    clearTimeout(later);
    clearInterval(looking);
    mark.close();
    lock.release();
    if (last) send(last);
    parentPort?.close();
  }

  /**
   * By a connection of its own, in one step, off this thread: commits go on beside it. In several steps it would begin
   * anew after each commit, and on the connection of the commits it fails where it meets one.
   */
  async function backUp(file: string): Promise<void> {
    let source: DatabaseSync | undefined;
    let failure: Failure | null = null;
    try {
      source = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
      await backup(source, file, { rate: allPages });
    } catch (error) {
      failure = failureOf(error, folder);
    } finally {
      source?.close();
    }
    send({ backedUp: file, failure });
  }

  parentPort?.on('message', (message: ToWriter) => {
    const { batch, isRead, backUps, closes } = withFollowing(message);
    if (batch.length > 0) carryOut(batch, isRead);
    if (db.isOpen) for (const file of backUps) void backUp(file);
    if (!closes || !db.isOpen) return;
    // Whoever opens the file finds rows. Where they can't be written there are the notes.
    commits.writeDrafts('all');
    db.close();
    end();
  });
  send({ opened: { tag, notice, ...recovered, book: metaOf(db, 'book') } });
}

/** What has arrived meanwhile goes into the same commit. */
function withFollowing(first: ToWriter): {
  batch: readonly Operation[];
  isRead: boolean;
  backUps: readonly string[];
  closes: boolean;
} {
  const batch: Operation[] = [];
  const backUps: string[] = [];
  let isRead = false;
  for (let message: ToWriter | undefined = first; message; message = next()) {
    if ('close' in message) return { batch, isRead, backUps, closes: true };
    if ('backUp' in message) {
      backUps.push(message.backUp);
      continue;
    }
    batch.push(...message.batch);
    isRead ||= message.isRead;
  }
  return { batch, isRead, backUps, closes: false };
}

function next(): ToWriter | undefined {
  return parentPort ? receiveMessageOnPort(parentPort)?.message : undefined;
}

function send(message: FromWriter): void {
  parentPort?.postMessage(message);
}

try {
  run();
} catch (error) {
  const refused = failureOf(error, folder);
  if (refused.kind === 'damaged') flagDamage(folder);
  send({ refused });
  parentPort?.close();
}
