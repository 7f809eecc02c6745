import type { ReplayTurn } from '../../rules/replayable.ts';
import { executionStatusOf } from '../stage.ts';
import type { Stored } from './rows.ts';

/** Columns that a chain is read of. */
export const chainColumns = 'seq, position, status, stop, passed_by, handler_id, started_at, delivery';

export interface ReadChain {
  /** Of each position the execution that counts. */
  readonly chain: readonly ReplayTurn[];
  /** When the first turn came of those that the event was taken with (ms); null: there is none. */
  readonly began: number | null;
}

/** @param rows all executions of one event, by seq */
export function chainFrom(rows: readonly Stored[]): ReadChain {
  const byPosition = new Map<number, ReplayTurn>();
  let began: number | null = null;
  for (const row of rows) {
    const position = Number(row['position']);
    const startedAt = row['started_at'];
    if (startedAt !== null && row['delivery'] === null)
      began = Math.min(began ?? Number(startedAt), Number(startedAt));
    byPosition.set(position, {
      seq: Number(row['seq']),
      position,
      status: executionStatusOf(Number(row['status'])),
      stop: Boolean(row['stop']),
      passedBy: Boolean(row['passed_by']),
      handler: { id: String(row['handler_id']) },
    });
  }
  return { chain: [...byPosition.values()].sort((a, b) => a.position - b.position), began };
}
