import type { BeginReplay, ContinuedReplay, ContinueReplay, LetGo, StoredReplay } from '../journal/replay.ts';
import type { Deliveries } from './deliveries.ts';
import type { Replays } from './replays.ts';
import type { BulkRows } from './rows.ts';
import type { Shared } from './shared.ts';

/** What is done with all that matched a filter: how far it has come is kept with what it has let go, in one write. */
export function bulkReplaysOn(
  { isolated }: Shared,
  rows: BulkRows,
  replays: Replays,
  deliveries: Deliveries,
) {
  function begin(asked: BeginReplay): StoredReplay {
    const { kind, filter, ratePerSecond, until, upTo } = asked;
    return { kind, filter, ratePerSecond, until, upTo, id: rows.add(asked), cursor: 0 };
  }

  function advance({ id, letGo, cursor, looked, ends, at }: ContinueReplay): ContinuedReplay {
    const running = rows.running(id);
    if (!running) return { running: false, replayed: 0 };
    let replayed = 0;
    for (const one of eachOf(letGo, id, running.by, at)) {
      replayed += isolated(one, () => 0);
    }
    rows.advance(id, { replayed, looked }, cursor);
    if (ends) rows.end(id, 'done', at);
    return { running: !ends, replayed };
  }

  /** @returns what lets one of them go, and says how much that is */
  function eachOf(letGo: LetGo, id: number, by: string | null, at: number): readonly (() => number)[] {
    if ('missed' in letGo)
      return letGo.missed.map((event) => () => (deliveries.deliver(event, letGo.link, id, by, at) ? 1 : 0));
    if ('executions' in letGo) {
      const { callable } = letGo;
      return letGo.executions.map((executions) => () => {
        const answer = replays.replay({ which: { executions }, callable, by, at });
        return answer.outcome === 'replaying' ? answer.executions.length : 0;
      });
    }
    return letGo.events.map((event) => () => (replays.emit(event, letGo.emitters) ? 1 : 0));
  }

  function cancel(id: number, at: number): 'cancelled' | 'over' | 'unknown' {
    if (rows.end(id, 'cancelled', at)) return 'cancelled';
    return rows.isKnown(id) ? 'over' : 'unknown';
  }

  return { begin, advance, cancel };
}
