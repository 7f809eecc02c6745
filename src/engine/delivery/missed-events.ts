import type { StoredReplay } from '../store/journal/replay.ts';
import type { MissedBatch, MissedEvent, MissedFilter } from '../store/log/bulk.ts';
import type { ExecutionLog } from '../store/log.ts';
import { Conflict, InvalidInput, NotFound } from '../words/errors.ts';
import type { BulkReplays, NextPart } from './bulk-replays.ts';
import type { Judgement } from './conditions.ts';
import type { Context } from './context.ts';
import type { RegisteredHandler } from './registry.ts';

/** A part of the count of what a handler has missed. */
export interface MissedCount {
  readonly matched: number;
  /** Events that were looked at with this part, and those there are in all. */
  readonly looked: number;
  readonly of: number;
  /** Left out: its condition could not be judged, or a handler before it has stopped the chain. */
  readonly unjudged: number;
  readonly stopped: number;
  /** Events that were settled before it have been pruned, ISO 8601; null: none of those that are asked for. */
  readonly prunedBefore: string | null;
  /** Where the next part begins; null: there is none. */
  readonly nextCursor: string | null;
}

export interface DeliveryOptions {
  /** So many a second; 0: no bound. */
  readonly ratePerSecond: number;
  /** Who asks; null when nobody knows. */
  readonly by: string | null;
}

interface Options extends Pick<Context, 'registry' | 'ids' | 'time'> {
  readonly log: Pick<ExecutionLog, 'missed'>;
}

/** Events that conditions are asked of between two turns of others, and ms after which a part of a count ends. */
const most = 64;
const partMs = 500;

/**
 * Delivers what a handler has missed: events that it would be called for as it is deployed now, and of which it has no
 * execution. Each calls it alone, whatever the other handlers of the event have come to.
 */
export function missedEventsOn({ registry, ids, time, log }: Options) {
  /** A part at a time: conditions make it a long look. @throws NotFound, Conflict, InvalidInput, Unavailable */
  async function count(filter: MissedFilter, begin?: string): Promise<MissedCount> {
    const handler = callable(filter.handler);
    let [after, until] = cursorOf(begin);
    const end = time.monotonic() + partMs;
    const sum = { matched: 0, looked: 0, unjudged: 0, stopped: 0 };
    for (;;) {
      const batch = await look(handler, filter, after, until, most);
      const { met, failed } = await judged(handler, batch.chosen);
      sum.matched += met.length;
      sum.looked += batch.looked;
      sum.unjudged += failed;
      sum.stopped += batch.stopped;
      ({ cursor: after, until } = batch);
      if (!batch.ends && time.monotonic() < end) continue;
      return {
        ...sum,
        of: batch.of,
        prunedBefore: batch.prunedBefore === null ? null : new Date(batch.prunedBefore).toISOString(),
        nextCursor: batch.ends ? null : `${ids.event(after)}.${until}`,
      };
    }
  }

  /** @returns how many events it looks at. @throws NotFound, Conflict, Unavailable */
  async function start(
    bulkReplays: Pick<BulkReplays, 'begin'>,
    filter: MissedFilter,
    { ratePerSecond, by }: DeliveryOptions,
  ): Promise<{ readonly looking: number; readonly id: number | null }> {
    const handler = callable(filter.handler);
    const { of, until } = await look(handler, filter, 0, null, 0);
    if (of === 0) return { looking: 0, id: null };
    const begun = { filter: JSON.stringify(filter), ratePerSecond, matched: of, until, upTo: null, by };
    return { looking: of, id: await bulkReplays.begin({ kind: 'delivery', ...begun }) };
  }

  /** Who is not to be called any more is not delivered to either: it ends, and may be asked for anew. */
  const next: NextPart = async (replay: StoredReplay, after, limit) => {
    const filter = JSON.parse(replay.filter) as MissedFilter;
    const handler = registry.find(filter.handler);
    if (!handler || problemOf(handler) !== undefined) return undefined;
    const batch = await look(handler, filter, after, replay.until, limit);
    const { met } = await judged(handler, batch.chosen);
    const { cursor, looked, ends } = batch;
    return { cursor, looked, ends, letGo: { missed: met, link: handler.link } };
  };

  function look(
    handler: RegisteredHandler,
    filter: MissedFilter,
    after: number,
    until: number | null,
    limit: number,
  ): Promise<MissedBatch> {
    const patterns = handler.config.events;
    return log.missed({ filter, patterns, after, until, limit, payloads: handler.condition !== null });
  }

  /** What its condition says of them, as at a take. */
  async function judged(
    { condition }: RegisteredHandler,
    events: readonly MissedEvent[],
  ): Promise<{ readonly met: readonly number[]; readonly failed: number }> {
    const judge = async ({ payload }: MissedEvent): Promise<Judgement> =>
      condition ? condition.judge(JSON.parse(payload)) : 'met';
    const judgements = await Promise.all(events.map(judge));
    return {
      met: events.filter((_, index) => judgements[index] === 'met').map(({ seq }) => seq),
      failed: judgements.filter((one) => typeof one === 'object').length,
    };
  }

  function callable(id: string): RegisteredHandler {
    const handler = registry.find(id);
    if (!handler) throw new NotFound(`there is no handler ${id} in the deployed flow`);
    const problem = problemOf(handler);
    if (problem !== undefined) throw new Conflict(problem);
    return handler;
  }

  function cursorOf(text: string | undefined): [after: number, until: number | null] {
    if (text === undefined) return [0, null];
    const [id = '', until = ''] = text.split('.');
    const after = ids.eventSeq(id);
    if (after !== undefined && /^\d{1,16}$/.test(until)) return [after, Number(until)];
    throw new InvalidInput('deliver', [{ field: 'cursor', message: 'is not the nextCursor of a part' }]);
  }

  return { count, start, next };
}

function problemOf({ config, status, refused }: RegisteredHandler): string | undefined {
  if (refused !== null)
    return `handler "${config.name}" can not be called: ${refused}: mend that first, and deploy`;
  if (status === 'disabled')
    return `handler "${config.name}" is disabled, so that events pass it by: enable it first`;
  if (status === 'archived') return `handler "${config.name}" is archived: nothing is delivered to it`;
  return undefined;
}
