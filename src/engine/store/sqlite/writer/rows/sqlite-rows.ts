import type { DatabaseSync } from 'node:sqlite';
import type { KeptKey, Rows } from '../../../operations/rows.ts';
import type { Clock } from '../clock.ts';
import { backloggedOn } from './backlogged.ts';
import { eventRowsOn } from './event-rows.ts';
import { executionRowsOn } from './execution-rows.ts';
import { parkedRowsOn } from './parked-rows.ts';
import { sequenceOn } from './sequence.ts';

/** The rows of a journal in its tables. */
export interface SqliteRows extends Rows {
  /** Of an event of which there are no executions. */
  removeEvent(seq: number): void;
  /** Whether something is to be indexed since this was asked last. */
  takeTouched(): boolean;
  /** Whether an event is open whose object's events are in order. */
  hasOpen(): boolean;
  /** Whether an execution is not settled whose object's events are in order. */
  hasUnsettled(): boolean;
  /** @returns what undoes, of what memory holds of the rows, all that comes from now on: after a rollback */
  mark(): () => void;
  /** Others have written to the tables. */
  reset(): void;
}

export function sqliteRowsOn(db: DatabaseSync, clock: Clock): SqliteRows {
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
    open: db.prepare('select 1 from events where stage < 6 and ordered = 1 limit 1'),
    unsettled: db.prepare('select 1 from executions where status < 3 and ordered = 1 limit 1'),
  };

  return {
    ...eventRowsOn(db, clock),
    ...executionRowsOn(db),
    ...parkedRowsOn(db),
    // All is here: a folder is one process's.
    isAtHome: () => true,
    nextEventSeq: eventSeqs.next,
    nextExecutionSeq: executionSeqs.next,
    waiting,
    key: (key, since) => sql.key.get(key, since) as unknown as KeptKey | undefined,
    addKey: ({ key, hash }, { first, events }, at) => void sql.addKey.run(key, hash, first, events, at),
    hasOpen: () => sql.open.get() !== undefined,
    hasUnsettled: () => sql.unsettled.get() !== undefined,
    mark() {
      const undo = [waiting.mark(), eventSeqs.mark(), executionSeqs.mark()];
      return () => {
        for (const one of undo) one();
      };
    },
    reset() {
      waiting.reset();
      eventSeqs.reset();
      executionSeqs.reset();
    },
  };
}
