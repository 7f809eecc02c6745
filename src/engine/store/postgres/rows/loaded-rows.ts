import type { KeptKey, Rows } from '../../operations/rows.ts';
import type { KnownGroups } from '../known-groups.ts';
import { NotLoaded } from '../needs.ts';
import { eventRowsOn, type Homes } from './event-rows.ts';
import { executionRowsOn } from './execution-rows.ts';
import { laneRowsOn } from './lane-rows.ts';
import { parkedRowsOn } from './parked-rows.ts';
import { startableRowsOn } from './startable-rows.ts';
import type { Transaction } from './transaction.ts';

/**
 * The rows of a transaction. Nothing waits here.
 * @throws NotLoaded each of them, where something is needed that was not read
 */
export function loadedRowsOn(transaction: Transaction, members: Homes, groups: KnownGroups): Rows {
  const events = eventRowsOn(transaction, members);
  const executions = executionRowsOn(transaction, members, groups);

  return {
    ...events,
    ...laneRowsOn(transaction, events),
    ...startableRowsOn(transaction, members, events),
    ...executions,
    ...parkedRowsOn(transaction, members, events, executions),
    nextEventSeq: () => transaction.nextEventSeq(),
    nextExecutionSeq: () => transaction.nextExecutionSeq(),
    key(key, since): KeptKey | undefined {
      const own = transaction.changes.keys.get(key);
      const { keys } = transaction.loaded;
      if (!own && !keys.has(key)) throw new NotLoaded((needs) => needs.keys.add(key));
      const kept = own ?? keys.get(key);
      return kept && kept.at >= since ? kept : undefined;
    },
    addKey: ({ key, hash }, kept, at) => transaction.changes.addKey(key, { ...kept, hash, at }),
  };
}
