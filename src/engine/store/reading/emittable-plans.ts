import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type EmittableStatus, emittableStatuses } from '../../words/execution.ts';
import type { Batch, EmittableBatchRequest, EmittableCount } from '../log/bulk.ts';
import type { EventFilter } from '../log/filter.ts';
import { eventStatusOf } from '../stage.ts';
import type { Position } from './cursor.ts';
import type { LogRows } from './log-rows.ts';
import { type Entry, goThrough, lookedAtAtOnce, Plans } from './plans.ts';

/** Events found with one look. */
const foundAtOnce = 2000;

/** An event that can be emitted again, by whom there is one. */
interface Emittable {
  readonly status: EmittableStatus;
  readonly node: string | null;
}

/** Finds the events of a filter that can be emitted again, in the original order. */
export function emittablePlansOn(rows: LogRows) {
  const plans = new Plans<Entry>();

  async function count(
    filter: EventFilter,
    emitters: readonly string[] | null,
    asked?: number,
  ): Promise<EmittableCount> {
    const upTo = asked ?? (await rows.last('events'));
    const byStatus = { unclaimed: 0, unhandled: 0 };
    let leftOut = 0;
    let until = 0;
    const plan = await planned(filter, 0, upTo);
    for (let first = 0; first < plan.length; first += lookedAtAtOnce) {
      await yieldToOthers();
      for (const [event, { status, node }] of await emittableOf(plan.slice(first, first + lookedAtAtOnce)))
        if (node === null || emitters?.includes(node) === false) leftOut += 1;
        else {
          byStatus[status] += 1;
          until = Math.max(until, event);
        }
    }
    return { matched: byStatus.unclaimed + byStatus.unhandled, byStatus, leftOut, until, upTo };
  }

  async function batch({ id, filter, after, until, limit }: EmittableBatchRequest): Promise<Batch<number>> {
    const plan = await plans.of(id, () => planned(filter, after, until));
    const part = await goThrough(plan, after, limit, async (some) => {
      const emittable = await emittableOf(some);
      return ({ event }) => (emittable.has(event) ? event : undefined);
    });
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
      const page = await rows.events({ ...filter, status }, { ...window, after: position });
      for (const [, event] of page.found) if (event > after && event <= until) found.push({ event });
      position = page.next ?? undefined;
      await yieldToOthers();
    } while (position);
    return found;
  }

  async function emittableOf(some: readonly Entry[]): Promise<ReadonlyMap<number, Emittable>> {
    const emittable = new Map<number, Emittable>();
    for (const { seq, stage, node } of await rows.states(some.map(({ event }) => event))) {
      const status = emittableStatuses.find((one) => one === eventStatusOf(stage));
      if (status) emittable.set(seq, { status, node });
    }
    return emittable;
  }

  return { count, batch };
}
