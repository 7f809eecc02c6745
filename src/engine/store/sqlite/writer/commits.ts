import type { DatabaseSync } from 'node:sqlite';
import { isOwnFault, JournalError } from '../../journal-error.ts';
import type { Writing } from './operations.ts';
import type { Failure, Operation, Result } from './protocol.ts';
import { rewriteLog } from './rewrite-log.ts';

/** SQLITE_IOERR_FSYNC */
const syncFailed = 1034;

/** Carries out operations, as many as there are with one commit. */
export function commitsOn(db: DatabaseSync, operations: Writing, folder: string) {
  /** Place in its batch of the operation that is being carried out. */
  let at = 0;
  /** A sync has failed: what was committed before without one, as rows of settled drafts are, may be lost. */
  let isDoubtful = false;

  /**
   * All share a commit. One that fails for a reason of its own is left out, and the others share another; where the
   * disk is to blame, each stands for itself, so that small ones pass that a full disk still takes.
   */
  function carryOut(batch: readonly Operation[]): Result[] {
    operations.isolate(false);
    try {
      return committed(batch);
    } catch {
      // Hardly ever. Now with what keeps one apart from the others.
      operations.isolate(true);
      return leavingOut(batch);
    }
  }

  function leavingOut(batch: readonly Operation[]): Result[] {
    const failures = new Map<Operation, Result>();
    for (let left = batch; left.length > 0; ) {
      try {
        const results = committed(left);
        const byOperation = new Map(left.map((operation, index) => [operation, results[index]]));
        return batch.map((operation) => failures.get(operation) ?? byOperation.get(operation) ?? lost);
      } catch (error) {
        // Behind the last one it was what they have in common.
        const guilty = left.length === 1 ? left[0] : isOwnFault(error) ? left[at] : undefined;
        if (!guilty) return batch.flatMap((one) => failures.get(one) ?? leavingOut([one]));
        failures.set(guilty, { failure: failureOf(error, folder) });
        left = left.filter((operation) => operation !== guilty);
      }
    }
    return batch.map((operation) => failures.get(operation) ?? lost);
  }

  function committed(batch: readonly Operation[]): Result[] {
    return inCommit(() => {
      const results: Result[] = [];
      for (at = 0; at < batch.length; at += 1) {
        const { name, args } = batch[at] as Operation;
        const operation = operations[name] as (...given: readonly unknown[]) => unknown;
        results.push({ value: operation(...args) });
      }
      return results;
    });
  }

  /** @returns why they can't be written; they are drafts still then */
  function writeDrafts(which: 'all' | 'settled'): Failure | undefined {
    let failure: Failure | undefined;
    for (const isolates of [false, true]) {
      operations.isolate(isolates);
      try {
        inCommit(() => operations.drafts.write(which));
        return undefined;
      } catch (error) {
        failure = failureOf(error, folder);
        if (!isOwnFault(error)) break;
      }
    }
    return failure;
  }

  /** All of it or nothing. */
  function inCommit<T>(work: () => T): T {
    if (isDoubtful) rewriteLog(folder);
    isDoubtful = false;
    db.exec('begin immediate');
    const undo = operations.mark();
    try {
      const done = work();
      operations.drafts.complete();
      db.exec('commit');
      operations.drafts.keep();
      return done;
    } catch (error) {
      // SQLite rolls back by itself when the disk is full: a second rollback is then an error.
      if (db.isTransaction) db.exec('rollback');
      undo();
      isDoubtful = (error as { errcode?: unknown }).errcode === syncFailed;
      throw error;
    }
  }

  return { carryOut, writeDrafts };
}

export function failureOf(error: unknown, folder: string): Failure {
  const { kind, message } = JournalError.from(error, folder);
  return { kind, message };
}

const lost: Result = { failure: { kind: 'failed', message: 'the operation has no result' } };
