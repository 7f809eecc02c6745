import type { EmittableCount } from '../store/log/bulk.ts';
import type { EventFilter } from '../store/log/filter.ts';
import type { ExecutionLog } from '../store/log.ts';
import { InvalidInput } from '../words/errors.ts';
import type { BulkOptions, BulkReplays, NextPart } from './bulk-replays.ts';
import type { Context } from './context.ts';
import type { Emissions } from './emissions.ts';

/** What matches, and whether it is being emitted again. */
export interface BulkEmission {
  readonly matched: number;
  /** Of a dry run. */
  readonly byStatus?: EmittableCount['byStatus'];
  /** Of a dry run: those whose event node is gone, or that came past the event nodes. */
  readonly leftOut?: number;
  /** Of a dry run: the last event that was looked at, by its id; null: there is none. */
  readonly upTo?: string | null;
  readonly replaying: number;
}

interface Options extends Pick<Context, 'ids'> {
  readonly emissions: Pick<Emissions, 'nodes'>;
  readonly log: Pick<ExecutionLog, 'emittableCount' | 'emittableBatch'>;
}

/** Emits events again that match a filter: those that nobody took, or that nobody listened to. */
export function eventsAgainOn({ ids, emissions, log }: Options) {
  /** What it counts is exact, as of now. @throws Unavailable, InvalidInput */
  async function start(
    bulkReplays: Pick<BulkReplays, 'begin'>,
    filter: EventFilter,
    { dryRun, ratePerSecond, upTo: asked, by = null }: BulkOptions,
  ): Promise<BulkEmission> {
    const bound = asked === undefined ? undefined : ids.eventSeq(asked);
    if (asked !== undefined && bound === undefined)
      throw new InvalidInput('replay', [{ field: 'upTo', message: 'is not the id of an event here' }]);
    const counted = await log.emittableCount(filter, emissions.nodes(), bound);
    const { matched, byStatus, leftOut, until, upTo } = counted;
    if (dryRun)
      return { matched, replaying: 0, byStatus, leftOut, upTo: upTo === 0 ? null : ids.event(upTo) };
    if (matched === 0) return { matched, replaying: 0 };
    const begun = { filter: JSON.stringify(filter), ratePerSecond, matched, until, upTo: null, by };
    await bulkReplays.begin({ kind: 'events', ...begun });
    return { matched, replaying: matched };
  }

  const next: NextPart = async ({ id, filter, until }, after, limit) => {
    const asked = { id, filter: JSON.parse(filter) as EventFilter, after, until, limit };
    const { chosen, ...part } = await log.emittableBatch(asked);
    return { ...part, letGo: { events: chosen, emitters: emissions.nodes() } };
  };

  return { start, next };
}
