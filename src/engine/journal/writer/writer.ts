import type { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { JournalError } from '../journal-error.ts';
import { openJournal } from '../open.ts';
import { operationsOn } from './operations.ts';
import type { Failure, FromWriter, Operation, Result, ToWriter, WriterData } from './protocol.ts';
import { recover } from './recover.ts';

const { folder, now } = workerData as WriterData;

function run(): void {
  const { db, lock, tag, notice } = openJournal(folder);
  const backlog = recover(db, now);
  const operations = operationsOn(db);
  const changes = db.prepare('select total_changes() as count');

  function inTransaction(batch: readonly Operation[]): Result[] {
    db.exec('begin immediate');
    try {
      const results = batch.map(({ name, args }) => ({
        value: (operations[name] as (...args: readonly unknown[]) => unknown)(...args),
      }));
      db.exec('commit');
      return results;
    } catch (error) {
      rollBack(db);
      operations.reset();
      throw error;
    }
  }

  /** A batch shares a commit; when it fails, each operation stands for itself, so that only the guilty fail. */
  function carryOut(batch: readonly Operation[]): Result[] {
    try {
      return inTransaction(batch);
    } catch (error) {
      if (batch.length === 1) return [{ failure: failureOf(error) }];
      return batch.flatMap((operation) => carryOut([operation]));
    }
  }

  parentPort?.on('message', (message: ToWriter) => {
    const { batch, closes } = withFollowing(message);
    if (batch.length > 0) {
      const before = changes.get()?.['count'];
      const results = carryOut(batch);
      send({ results, waiting: operations.waiting(), wrote: changes.get()?.['count'] !== before });
    }
    if (!closes) return;
    db.close();
    lock.release();
    parentPort?.close();
  });
  send({ opened: { tag, notice, backlog, waiting: operations.waiting() } });
}

/** What has arrived meanwhile goes into the same commit. */
function withFollowing(first: ToWriter): { batch: readonly Operation[]; closes: boolean } {
  const batch: Operation[] = [];
  for (let message: ToWriter | undefined = first; message; message = next()) {
    if ('close' in message) return { batch, closes: true };
    batch.push(...message.batch);
  }
  return { batch, closes: false };
}

function next(): ToWriter | undefined {
  return parentPort ? receiveMessageOnPort(parentPort)?.message : undefined;
}

// SQLite rolls back by itself when the disk is full: a second rollback is then an error.
function rollBack(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('rollback');
}

function failureOf(error: unknown): Failure {
  const { kind, message } = JournalError.from(error, folder);
  return { kind, message };
}

function send(message: FromWriter): void {
  parentPort?.postMessage(message);
}

try {
  run();
} catch (error) {
  send({ refused: failureOf(error) });
  parentPort?.close();
}
