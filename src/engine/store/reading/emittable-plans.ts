import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type EmittableStatus, emittableStatuses } from '../../../words/execution.ts';
import type { Batch, EmittableBatchRequest, EmittableCount, EventFilter } from '../../log.ts';
import type { Position } from '../../reading/cursor.ts';
import { type Entry, goThrough, Plans } from '../../reading/plans.ts';
import { eventStatusOf } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import type { EventQueries } from './event-queries.ts';

/** Events found with one look. */
const foundAtOnce = 2000;

/** Finds the events of a filter that can be emitted again, in the original order. */
export function emittablePlansOn(statements: Statements, events: EventQueries) {
  const plans = new Plans<Entry>();

  async function count(
    filter: EventFilter,
    emitters: readonly string[] | null,
    asked?: number,
  ): Promise<EmittableCount> {
    const last = statements.of('select max(seq) as last from events').get();
    const upTo = asked ?? Number(last?.['last'] ?? 0);
    const byStatus = { unclaimed: 0, unhandled: 0 };
    let leftOut = 0;
    let until = 0;
    for (const [index, { event }] of (await planned(filter, 0, upTo)).entries()) {
      if (index % 200 === 0) await yieldToOthers();
      const found = statusOf(event);
      if (!found) continue;
      if (found.node === null || emitters?.includes(found.node) === false) leftOut += 1;
      else {
        byStatus[found.status] += 1;
        until = Math.max(until, event);
      }
    }
    return { matched: byStatus.unclaimed + byStatus.unhandled, byStatus, leftOut, until, upTo };
  }

  async function batch({ id, filter, after, until, limit }: EmittableBatchRequest): Promise<Batch<number>> {
    const plan = await plans.of(id, () => planned(filter, after, until));
    const chosen = ({ event }: Entry) => (statusOf(event) ? event : undefined);
    const part = await goThrough(plan, after, limit, () => chosen);
    if (part.ends) plans.forget(id);
    return part;
  }

  async function planned(filter: EventFilter, after: number, until: number): Promise<Entry[]> {
    const status = emittableStatuses.filter((one) => filter.status?.includes(one) ?? true);
    if (status.length === 0) return [];
    const found: Entry[] = [];
    const window = { from: filter.from, to: filter.to, limit: foundAtOnce };
    let position: Position | undefined;
    do {
      const page = await events.positions({ ...filter, status }, { ...window, after: position });
      for (const [, event] of page.found) if (event > after && event <= until) found.push({ event });
      position = page.next ?? undefined;
      await yieldToOthers();
    } while (position);
    return found;
  }

  function statusOf(event: number): { status: EmittableStatus; node: string | null } | undefined {
    const row = statements.of('select stage, node from events where seq = ?').get(event);
    const status = emittableStatuses.find((one) => one === eventStatusOf(Number(row?.['stage'] ?? 0)));
    return row && status && { status, node: row['node'] === null ? null : String(row['node']) };
  }

  return { count, batch };
}
