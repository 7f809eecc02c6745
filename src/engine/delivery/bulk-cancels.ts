import type { ExecutionFilter } from '../store/log/filter.ts';
import type { ExecutionLog } from '../store/log.ts';
import { InvalidInput } from '../words/errors.ts';
import type { Context } from './context.ts';
import type { Parked } from './parked.ts';

/** What waits and matches. */
export interface ParkedCount {
  readonly matched: number;
  /** The last execution that was looked at, by its id; null: there is none. */
  readonly upTo: string | null;
}

/** What a part of it has come to. */
export interface CancelledPart {
  readonly cancelled: number;
  /** Where the next part begins; null: there is none. */
  readonly nextCursor: string | null;
}

export interface CancelOptions {
  /** `upTo` of a count: what has come since is left alone. */
  readonly upTo?: string | undefined;
  /** `nextCursor` of the part before. */
  readonly cursor?: string | undefined;
  /** Who asks; null when nobody knows. */
  readonly by: string | null;
}

interface Options extends Pick<Context, 'ids' | 'time'> {
  readonly log: Pick<ExecutionLog, 'executions' | 'parkedCount'>;
  readonly cancel: Parked['cancel'];
}

/** Executions cancelled with one write, and ms after which a part ends. */
const most = 100;
const partMs = 500;

/**
 * Cancels what waits and matches a filter, in parts that others go between: whoever asks goes on with the next one, and
 * may do all of it again, after a crash too. The newest go first: had one been cancelled that others wait behind, the
 * next of its object would be called before it is its turn to be cancelled.
 */
export function bulkCancelsOn({ ids, time, log, cancel }: Options) {
  /** @throws Unavailable, InvalidInput */
  async function count(filter: ExecutionFilter, upTo?: string): Promise<ParkedCount> {
    const counted = await log.parkedCount(filter, boundOf(upTo));
    return { matched: counted.matched, upTo: counted.upTo === 0 ? null : ids.execution(counted.upTo) };
  }

  /** @throws Unavailable, InvalidInput */
  async function part(
    filter: ExecutionFilter,
    { upTo, cursor: begin, by }: CancelOptions,
  ): Promise<CancelledPart> {
    const why = by === null ? 'cancelled by an operator' : `cancelled by ${by}`;
    const bound = boundOf(upTo) ?? Number.POSITIVE_INFINITY;
    const end = time.monotonic() + partMs;
    let cursor = begin;
    let cancelled = 0;
    do {
      const page = await log.executions({ ...filter, status: ['parked'] }, { limit: most, cursor });
      const meant = page.items.filter(({ seq }) => seq <= bound);
      const ended = await Promise.all(
        meant.map(({ seq }) => cancel({ which: { execution: seq }, why, limit: 1, at: time.now() })),
      );
      cancelled += ended.reduce((sum, one) => sum + one, 0);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && time.monotonic() < end);
    return { cancelled, nextCursor: cursor ?? null };
  }

  function boundOf(upTo: string | undefined): number | undefined {
    if (upTo === undefined) return undefined;
    const seq = ids.executionSeq(upTo);
    if (seq !== undefined) return seq;
    throw new InvalidInput('cancel', [{ field: 'upTo', message: 'is not the id of an execution here' }]);
  }

  return { count, part };
}
