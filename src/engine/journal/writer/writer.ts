import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { JournalError } from '../journal-error.ts';
import { openJournal } from '../open.ts';
import { Commits } from './commits.ts';
import { writeLate } from './late.ts';
import { operationsOn } from './operations.ts';
import type { Failure, FromWriter, Operation, ToWriter, WriterData } from './protocol.ts';
import { recover } from './recover.ts';

const { folder, now, unwritten } = workerData as WriterData;

function run(): void {
  const { db, lock, tag, notice } = openJournal(folder);
  const operations = operationsOn(db);
  writeLate(db, operations, unwritten);
  const backlog = recover(db, now);
  operations.reset();
  const commits = new Commits(db, operations, folder);
  const changes = db.prepare('select total_changes() as count');

  parentPort?.on('message', (message: ToWriter) => {
    const { batch, closes } = withFollowing(message);
    if (batch.length > 0) {
      const before = changes.get()?.['count'];
      const results = commits.carryOut(batch);
      send({ results, wrote: changes.get()?.['count'] !== before });
    }
    if (!closes) return;
    db.close();
    lock.release();
    parentPort?.close();
  });
  send({ opened: { tag, notice, backlog } });
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
