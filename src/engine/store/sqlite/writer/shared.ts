import type { DatabaseSync } from 'node:sqlite';
import { Announcements } from './announcements.ts';
import { backloggedOn } from './backlogged.ts';
import { clockOn } from './clock.ts';
import { executionsOn } from './executions.ts';
import { isolationOn } from './isolation.ts';
import { lanesOn } from './lanes.ts';
import { sequenceOn } from './sequence.ts';

/** What the operations on a database share. `reset`, after a rollback, reads anew what memory holds of it. */
export function sharedOn(db: DatabaseSync) {
  const work = new Announcements();
  const waiting = backloggedOn(db);
  const eventSeqs = sequenceOn(db, 'events');
  const executionSeqs = sequenceOn(db, 'executions');
  const reset = () => {
    waiting.reset();
    eventSeqs.reset();
    executionSeqs.reset();
  };
  return {
    db,
    work,
    waiting,
    eventSeqs,
    executionSeqs,
    reset,
    clock: clockOn(db),
    lanes: lanesOn(db, work),
    executions: executionsOn(db, executionSeqs, work),
    ...isolationOn(db, work, reset),
  };
}

export type Shared = ReturnType<typeof sharedOn>;
