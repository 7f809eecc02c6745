import type { CancelParked, EndedParked, ParkedBatch, StartedParked } from '../journal/work.ts';
import type { ParkedRow } from './rows.ts';
import type { Shared } from './shared.ts';
import { type Turns, unstarted } from './turns.ts';

/** The executions that wait: found by index when they may run, or ended (rules 6 to 9). */
export function parkedOn({ rows, isolated }: Shared, turns: Turns) {
  function start(handler: string, limit: number, at: number, last?: number): ParkedBatch {
    if (last === undefined) return begin(handler, rows.parkedDue(handler, at, limit), at);
    const probing = rows.claimProbe(handler, at, last);
    if (probing.elsewhere) {
      const probedElsewhere = { execution: probing.last, at: probing.at };
      return { started: [], failed: [], probedElsewhere, nextAt: rows.nextDueAt(handler) };
    }
    const batch = begin(handler, toProbe(handler, probing.last), at);
    rows.keepProbe(handler, batch.started[0]?.execution ?? null);
    return batch;
  }

  function begin(handler: string, found: readonly ParkedRow[], at: number): ParkedBatch {
    const started: StartedParked[] = [];
    const failed: EndedParked[] = [];
    for (const row of found) {
      isolated(
        () => void started.push(run(row)),
        (error) => void failed.push(fail(row, error, at)),
      );
    }
    return { started, failed, nextAt: rows.nextDueAt(handler) };
  }

  /** The oldest one after the last, and from the beginning again, of another object; if there is none, of the same. */
  function toProbe(handler: string, last: number): readonly ParkedRow[] {
    for (const object of [rows.objectOf(last) ?? null, null])
      for (const after of [last, 0]) {
        const row = rows.parkedAfter(handler, after, object);
        if (row) return [row];
      }
    return [];
  }

  function cancel({ which, why, limit, at }: CancelParked): EndedParked[] {
    return chosen(which, limit).map(({ seq, event, handler, attempts }) => {
      const change = { seq, handler, status: 'cancelled', attemptsBefore: attempts, error: why } as const;
      const state = turns.end({ event, change, at, emit: false });
      return { ...state, execution: seq, event: turns.load(event) };
    });
  }

  /** Which ones of many is left open; the first ones of these first. */
  function chosen(which: CancelParked['which'], limit: number): readonly ParkedRow[] {
    return some(which, limit).toSorted((a, b) => a.seq - b.seq);
  }

  function some(which: CancelParked['which'], limit: number): readonly ParkedRow[] {
    if ('execution' in which) {
      const one = rows.parked(which.execution);
      return one ? [one] : [];
    }
    if (!which.stale) return rows.parkedOf(which.handler, limit);
    rows.renew(which.handler);
    return rows.parkedStale(which.handler, limit);
  }

  function run({ seq, event, dueAt }: ParkedRow): StartedParked {
    rows.changeExecution(seq, { status: 'running', nextAttemptAt: null });
    return { execution: seq, event: turns.load(event), dueAt };
  }

  function fail({ seq, event }: ParkedRow, error: unknown, at: number): EndedParked {
    const state = turns.fail(event, seq, unstarted(error), false, at);
    // Neither can it be said that it has failed: it would be found again for ever.
    if (rows.parked(seq)) throw error;
    return { ...state, execution: seq, event: turns.load(event) };
  }

  return { start, cancel };
}
