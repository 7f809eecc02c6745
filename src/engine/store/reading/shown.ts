import type { ParkedFor } from '../../words/execution.ts';
import type { ReadExecution } from './rows.ts';

/** Adds to a row why it is parked, and when it is tried again if that is for a retry. */
export function shownBy(parkedFor: (handler: string, blocked: boolean) => ParkedFor) {
  return <Row extends ReadExecution>({
    blocked,
    ...row
  }: Row): Omit<Row, 'blocked'> & { parkedFor: ParkedFor | null } => {
    const why = row.status === 'parked' ? parkedFor(row.handler.id, blocked) : null;
    return { ...row, parkedFor: why, nextAttemptAt: why === 'retry' ? row.nextAttemptAt : null };
  };
}
