import type { EventRow, Rows } from '../../operations/rows.ts';
import { stage } from '../../stage.ts';
import type { Needs, Search } from '../needs.ts';
import type { EventRows, Homes } from './event-rows.ts';
import type { Transaction } from './transaction.ts';

type StartableRows = Pick<Rows, 'due' | 'ready' | 'nextNodeReady'>;

/** Events that may go on here, found by an index and looked at again now that their lanes are locked. */
export function startableRowsOn(
  transaction: Transaction,
  members: Homes,
  { wholeEvent, expect }: EventRows,
): StartableRows {
  /** @param also what will be needed with each */
  function wholeEvents(search: Search, also?: (needs: Needs, seq: number) => void): readonly EventRow[] {
    const seqs = transaction.found(search) as readonly number[];
    expect(seqs, (needs) => {
      for (const seq of seqs) also?.(needs, seq);
    });
    return seqs.flatMap((seq) => wholeEvent(seq) ?? []);
  }

  return {
    due(handler, limit) {
      const homes = members.homesFor(handler);
      // Each is called behind what of its object the handler has not settled.
      const found = wholeEvents({ what: 'due', homes, handler, limit }, (needs, seq) =>
        needs.pair(handler, seq),
      );
      return found.filter((event) => event.stage === stage.due && event.nextHandler === handler);
    },
    ready(node, limit) {
      const { homes } = members;
      const found = wholeEvents({ what: 'ready', homes, node, limit });
      const ready = found.filter((event) => event.stage === stage.ready);
      return ready.map(({ seq, payload, eventType, objectId }) => ({
        seq,
        node,
        payload,
        eventType,
        objectId,
      }));
    },
    nextNodeReady(after) {
      const { homes } = members;
      return (transaction.found({ what: 'nextNodeReady', homes, after }) as string | null) ?? undefined;
    },
  };
}
