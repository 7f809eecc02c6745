import type { DatabaseSync } from 'node:sqlite';
import { isOwnFault, JournalError } from '../../journal-error.ts';
import type { operationsOn } from './operations.ts';
import type { Failure, Operation, Result } from './protocol.ts';

/** Carries out operations, as many as there are with one commit. */
export class Commits {
  readonly #db: DatabaseSync;
  readonly #operations: ReturnType<typeof operationsOn>;
  readonly #folder: string;
  /** Place in its batch of the operation that is being carried out. */
  #at = 0;

  constructor(db: DatabaseSync, operations: ReturnType<typeof operationsOn>, folder: string) {
    this.#db = db;
    this.#operations = operations;
    this.#folder = folder;
  }

  /**
   * All share a commit. One that fails for a reason of its own is left out, and the others share another; where the
   * disk is to blame, each stands for itself, so that small ones pass that a full disk still takes.
   */
  carryOut(batch: readonly Operation[]): Result[] {
    const failures = new Map<Operation, Result>();
    for (let left = batch; left.length > 0; ) {
      try {
        const results = this.#inTransaction(left);
        const byOperation = new Map(left.map((operation, index) => [operation, results[index]]));
        return batch.map((operation) => failures.get(operation) ?? byOperation.get(operation) ?? lost);
      } catch (error) {
        const guilty = isOwnFault(error) || left.length === 1 ? left[this.#at] : undefined;
        if (!guilty) return batch.flatMap((one) => failures.get(one) ?? this.carryOut([one]));
        failures.set(guilty, { failure: this.#failureOf(error) });
        left = left.filter((operation) => operation !== guilty);
      }
    }
    return batch.map((operation) => failures.get(operation) ?? lost);
  }

  #inTransaction(batch: readonly Operation[]): Result[] {
    this.#db.exec('begin immediate');
    const unannounce = this.#operations.work.mark();
    try {
      const results: Result[] = [];
      for (this.#at = 0; this.#at < batch.length; this.#at += 1) {
        const { name, args } = batch[this.#at] as Operation;
        const operation = this.#operations[name] as (...given: readonly unknown[]) => unknown;
        results.push({ value: operation(...args) });
      }
      this.#at = 0;
      this.#db.exec('commit');
      return results;
    } catch (error) {
      // SQLite rolls back by itself when the disk is full: a second rollback is then an error.
      if (this.#db.isTransaction) this.#db.exec('rollback');
      this.#operations.reset();
      unannounce();
      throw error;
    }
  }

  #failureOf(error: unknown): Failure {
    const { kind, message } = JournalError.from(error, this.#folder);
    return { kind, message };
  }
}

const lost: Result = { failure: { kind: 'failed', message: 'the operation has no result' } };
