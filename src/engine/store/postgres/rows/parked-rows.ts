import type { ParkedRow, ParkedRows } from '../../operations/rows.ts';
import type { Probed } from '../loaded.ts';
import type { Needs, Search } from '../needs.ts';
import type { EventRows, Homes } from './event-rows.ts';
import type { LoadedExecutions } from './execution-rows.ts';
import type { Transaction } from './transaction.ts';

/** Parked executions, found by an index and looked at again now that their lanes are locked. */
export function parkedRowsOn(
  transaction: Transaction,
  members: Homes,
  { expect }: EventRows,
  { execution }: LoadedExecutions,
): ParkedRows {
  function parked(seq: number): ParkedRow | undefined {
    const row = execution(seq);
    if (row?.status !== 'parked') return undefined;
    const { event, handler, attempts, nextAttemptAt } = row;
    return { seq, event, handler: handler.id, attempts, dueAt: nextAttemptAt };
  }

  /** Those that are parked still. @param also what will be needed with them */
  function found(search: Search, also?: (needs: Needs) => void): readonly ParkedRow[] {
    const rows = transaction.found(search) as readonly ParkedRow[];
    expect(
      rows.map(({ event }) => event),
      also,
    );
    return rows.flatMap(({ seq }) => parked(seq) ?? []);
  }

  /** Once they are started, it will be asked what is due next. */
  function startable(search: Search & { readonly handler: string }): readonly ParkedRow[] {
    const { handler } = search;
    const rows = transaction.found(search) as readonly ParkedRow[];
    const without = rows.map(({ seq }) => seq).sort((a, b) => a - b);
    return found(search, (needs) => needs.search({ what: 'nextDueAt', handler, without })).filter(
      ({ seq }) => !execution(seq)?.blocked,
    );
  }

  return {
    parked,
    claimProbe(handler, at, last) {
      const known = transaction.found({ what: 'probe', handler, at, me: members.id }) as Probed | null;
      // What is not written yet nobody else tries; what another one has closed needs no try any more.
      if (known === null) return { elsewhere: false, last, at };
      return { elsewhere: !known.claimed, last: known.probed ?? last, at: known.probedAt ?? at };
    },
    keepProbe: (handler, seq) => transaction.changes.defer({ what: 'keepProbe', handler, execution: seq }),
    parkedDue: (handler, at, limit) =>
      startable({ what: 'parkedDue', handler, at, limit }).filter(
        ({ dueAt }) => dueAt !== null && dueAt <= at,
      ),
    parkedAfter: (handler, after, otherThan) =>
      startable({ what: 'parkedAfter', handler, after, otherThan })[0],
    parkedOf: (handler, limit) => found({ what: 'parkedOf', handler, limit }),
    parkedStale: (handler, limit) => found({ what: 'parkedStale', handler, limit }),
    nextDueAt(handler) {
      const changed = [...transaction.changes.executionPatches.keys()].sort((a, b) => a - b);
      const stored = transaction.found({ what: 'nextDueAt', handler, without: changed }) as number | null;
      const own = changed.flatMap((seq) => {
        const row = execution(seq);
        const waits = row?.status === 'parked' && row.handler.id === handler && !row.blocked;
        return waits && row.nextAttemptAt !== null ? row.nextAttemptAt : [];
      });
      const times = stored === null ? own : [stored, ...own];
      return times.length === 0 ? null : Math.min(...times);
    },
    // 0: nothing was tried yet.
    objectOf: (seq) => (seq === 0 ? undefined : execution(seq)?.objectKey),
  };
}
