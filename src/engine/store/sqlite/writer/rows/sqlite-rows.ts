import type { DatabaseSync } from 'node:sqlite';
import type { KeptKey, Rows } from '../../../operations/rows.ts';
import { backloggedOn } from './backlogged.ts';
import { eventRowsOn } from './event-rows.ts';
import { executionRowsOn } from './execution-rows.ts';
import { parkedRowsOn } from './parked-rows.ts';
import { sequenceOn } from './sequence.ts';

/** The rows of a journal in its tables. `reset`, after a rollback, reads anew what memory holds of them. */
export interface SqliteRows extends Rows {
  reset(): void;
}

export function sqliteRowsOn(db: DatabaseSync): SqliteRows {
  const waiting = backloggedOn(db);
  const eventSeqs = sequenceOn(db, 'events');
  const executionSeqs = sequenceOn(db, 'executions');
  const sql = {
    key: db.prepare(
      'select hash, first_seq as first, events from idempotency_keys where key = ? and at >= ?',
    ),
    addKey: db.prepare(
      'insert or replace into idempotency_keys(key, hash, first_seq, events, at) values(?, ?, ?, ?, ?)',
    ),
  };

  return {
    ...eventRowsOn(db),
    ...executionRowsOn(db),
    ...parkedRowsOn(db),
    nextEventSeq: eventSeqs.next,
    nextExecutionSeq: executionSeqs.next,
    waiting,
    key: (key, since) => sql.key.get(key, since) as unknown as KeptKey | undefined,
    addKey: ({ key, hash }, { first, events }, at) => void sql.addKey.run(key, hash, first, events, at),
    reset() {
      waiting.reset();
      eventSeqs.reset();
      executionSeqs.reset();
    },
  };
}
