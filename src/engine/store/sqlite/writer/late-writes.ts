import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionChange, TurnEnd } from '../../journal/turn.ts';
import type { Journal } from '../../journal.ts';
import { statusCode } from '../../stage.ts';
import { inTransaction } from '../transaction.ts';
import type { Operations } from './operations.ts';
import type { Operation } from './protocol.ts';

/**
 * Writes what came of calls, late: a writer before this one ended before it had answered. What that one has written
 * after all is known by its number of attempts and left out; a circuit is what was said of it last.
 */
export function writeLate(db: DatabaseSync, operations: Operations, unwritten: readonly Operation[]): void {
  const row = db.prepare('select status, attempts from executions where seq = ?');
  const isNews = ({ seq, attempt, attemptsBefore }: ExecutionChange) => {
    const { status, attempts } = row.get(seq) ?? {};
    return attempt !== undefined && status === statusCode.running && attempts === attemptsBefore;
  };
  const write = (work: () => unknown) => {
    try {
      inTransaction(db, work);
    } catch {
      // Then it counts as interrupted, as after a crash.
    }
  };
  for (const { name, args } of unwritten) {
    if (name === 'saveCircuit')
      write(() => operations.saveCircuit(...(args as Parameters<Journal['saveCircuit']>)));
    if (name !== 'endTurn') continue;
    const [late] = args as readonly [TurnEnd];
    if (isNews(late.change)) write(() => operations.endTurn(withoutStart(late)));
  }
}

/** Nobody is there to call the next handler: its event waits for it in the journal. */
function withoutStart({ pass, ...end }: TurnEnd): TurnEnd {
  return { ...end, emit: false, ...(pass && { pass: { ...pass, start: null } }) };
}
