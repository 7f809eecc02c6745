import type { BulkRows } from '../operations/rows.ts';
import type { LoadedRows } from './loaded-rows.ts';

/** What is done with many, in the rows of a transaction. */
export function bulkRowsOn(rows: LoadedRows): BulkRows {
  return {
    add(asked) {
      const id = rows.found({ what: 'bulkSeq' }) as number;
      rows.changes.defer({ what: 'beginBulk', id, asked, runner: rows.instance });
      return id;
    },
    running: (id) => {
      const bulk = rows.bulkState(id);
      return bulk?.state === 'running' ? bulk : undefined;
    },
    advance: (id, by, cursor) => rows.changes.defer({ what: 'advanceBulk', id, ...by, cursor }),
    end(id, state, at) {
      if (rows.bulkState(id)?.state !== 'running') return false;
      rows.changes.defer({ what: 'endBulk', id, state, at });
      return true;
    },
    isKnown: (id) => rows.bulkState(id) !== null,
  };
}
