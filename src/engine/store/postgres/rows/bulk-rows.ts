import type { BulkRows } from '../../operations/rows.ts';
import type { Transaction } from './transaction.ts';

/** What is done with many, in a transaction. @param runner the instance that goes on with what is begun here */
export function bulkRowsOn(transaction: Transaction, runner: number): BulkRows {
  return {
    add(asked) {
      const id = transaction.found({ what: 'bulkSeq' }) as number;
      transaction.changes.defer({ what: 'beginBulk', id, asked, runner });
      return id;
    },
    running: (id) => {
      const bulk = transaction.bulkState(id);
      return bulk?.state === 'running' ? bulk : undefined;
    },
    advance: (id, by, cursor) => transaction.changes.defer({ what: 'advanceBulk', id, ...by, cursor }),
    end(id, state, at) {
      if (transaction.bulkState(id)?.state !== 'running') return false;
      transaction.changes.defer({ what: 'endBulk', id, state, at });
      return true;
    },
    isKnown: (id) => transaction.bulkState(id) !== null,
  };
}
