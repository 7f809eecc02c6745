import { isUnsettled } from '../../../rules/chain.ts';
import type { ExecutionRow, ExecutionRows, StoredExecution } from '../../operations/rows.ts';
import { chainProperties } from '../columns.ts';
import type { KnownGroups } from '../known-groups.ts';
import { type LoadedExecution, pairOf } from '../loaded.ts';
import { nobody } from '../members.ts';
import { NotLoaded } from '../needs.ts';
import type { Homes } from './event-rows.ts';
import type { Transaction } from './transaction.ts';

/** Executions as they stand in a transaction, and whose they are. */
export interface LoadedExecutions extends ExecutionRows {
  execution(seq: number): LoadedExecution | undefined;
}

export function executionRowsOn(
  transaction: Transaction,
  members: Homes,
  groups: KnownGroups,
): LoadedExecutions {
  function execution(seq: number): LoadedExecution | undefined {
    const { executionPatches, newExecutions } = transaction.changes;
    const patch = executionPatches.get(seq);
    const row = newExecutions.get(seq) ?? stored(seq);
    return row && patch ? { ...row, ...patch } : row;
  }

  function stored(seq: number): LoadedExecution | undefined {
    const { eventOf, executions, executionsOf } = transaction.loaded;
    const row = executions.get(seq);
    if (row) return row;
    if (!eventOf.has(seq)) throw new NotLoaded((needs) => needs.executions.add(seq));
    const event = eventOf.get(seq);
    if (event !== undefined && !executionsOf.has(event))
      throw new NotLoaded((needs) => needs.events.add(event));
    return undefined;
  }

  function ofEvent(event: number): readonly LoadedExecution[] {
    const { changes, loaded } = transaction;
    const known = changes.newEvents.has(event) ? [] : loaded.executionsOf.get(event);
    if (!known) throw new NotLoaded((needs) => needs.events.add(event));
    const seqs = [...known.map(({ seq }) => seq), ...changes.ofEvent(event)];
    return seqs.flatMap((seq) => execution(seq) ?? []);
  }

  function ownerAs(status: ExecutionRow['status']): number {
    return status === 'running' ? members.id : nobody;
  }

  return {
    execution,
    addExecution: (row) => transaction.changes.addExecution({ ...row, owner: ownerAs(row.status) }),
    changeExecution(seq, patch) {
      const { status } = patch;
      transaction.changes.changeExecution(seq, status ? { ...patch, owner: ownerAs(status) } : patch);
    },
    executionsOf: (event) => ofEvent(event).map(inChain),
    nextPending: (event, after) =>
      ofEvent(event).find(({ seq, status }) => seq > after && status === 'pending')?.seq,
    firstUnsettled(objectKey, handler) {
      const { changes, loaded } = transaction;
      const pair = pairOf(handler, objectKey);
      const known = loaded.pairs.get(pair);
      if (!known) throw new NotLoaded((needs) => needs.pair(handler, objectKey));
      for (const { seq, blocked } of known.first) {
        const patch = changes.executionPatches.get(seq);
        if (!patch?.status || isUnsettled(patch.status)) return { seq, blocked: patch?.blocked ?? blocked };
      }
      if (known.more) throw new NotLoaded((needs) => needs.pair(handler, objectKey, known.depth * 8));
      return changes.ofPair(pair).flatMap((seq) => {
        const row = execution(seq);
        return row?.ordered && isUnsettled(row.status) ? row : [];
      })[0];
    },
    keepAttempt: (seq) => transaction.changes.keepAttempt(seq),
    replace(event, position, by) {
      for (const one of ofEvent(event))
        if (one.position === position) transaction.changes.changeExecution(one.seq, { replayedAs: by });
    },
    keepAsker: (seq, by) => transaction.changes.defer({ what: 'asker', execution: seq, by }),
    failureGroup(handler, code, error) {
      const group = groups.of(handler, code, error);
      if (!groups.isKept(group)) transaction.changes.groups.set(group.id, group);
      return group.id;
    },
    markStale(handler, objectKey) {
      const { changes, loaded } = transaction;
      const isMeant = (row: LoadedExecution) => row.handler.id === handler && row.objectKey === objectKey;
      const known = [...loaded.executions.values()].filter(isMeant).map(({ seq }) => seq);
      for (const seq of [...known, ...changes.ofPair(pairOf(handler, objectKey))]) {
        const row = execution(seq);
        if (row && (row.status === 'parked' || (row.ordered && isUnsettled(row.status))))
          changes.changeExecution(seq, { stale: true });
      }
      changes.defer({ what: 'markStale', handler, objectKey, without: known });
    },
    renew: (handler) => transaction.changes.defer({ what: 'renew', handler }),
  };
}

function inChain(row: LoadedExecution): StoredExecution {
  const known = chainProperties.map((name) => [name, row[name]]);
  return { ...Object.fromEntries(known), handler: row.handler };
}
