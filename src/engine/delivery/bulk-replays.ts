import type { StoredReplay } from '../store/journal.ts';
import type { ExecutionFilter, ExecutionLog, ReplayCount } from '../store/log.ts';
import { Conflict, InvalidInput, NotFound } from '../words/errors.ts';
import { passed } from '../words/time.ts';
import type { Context } from './context.ts';

/** What matches, and whether it is being replayed. */
export interface BulkReplay {
  readonly matched: number;
  /** Of a dry run. */
  readonly byStatus?: ReplayCount['byStatus'];
  /** Of a dry run: the last execution that was looked at, by its id; null: there is none. */
  readonly upTo?: string | null;
  readonly replaying: number;
}

export interface BulkOptions {
  /** Only count. */
  readonly dryRun: boolean;
  /** Executions a second; 0: no bound. */
  readonly ratePerSecond: number;
  /** `upTo` of an earlier answer: what has come since is left out. */
  readonly upTo?: string | undefined;
  /** Who asks; absent or null when nobody knows. */
  readonly by?: string | null;
}

interface Options extends Context {
  readonly log: Pick<ExecutionLog, 'replayCount' | 'replayBatch'>;
  /** The journal is let go of, or about to be. */
  readonly closed: () => boolean;
}

/** Events replayed with one write at most, and how long one with a bounded rate may go ahead, in seconds. */
const most = 64;
const ahead = 0.1;

/**
 * Replays of what matches a filter: settled executions only, of each event and handler the latest; those of disabled
 * and archived handlers are left out. Several keep their original order. The journal keeps how far each has come, so
 * that it goes on after a restart; one goes after the other.
 */
export function bulkReplaysOn({ journal, registry, time, persist, ids, log, closed, onError }: Options) {
  const opened = Promise.withResolvers<void>();
  let last = opened.promise;
  for (const replay of journal.found.replays) enqueue(replay);

  /** What it counts is exact, as of now. @throws Unavailable, InvalidInput */
  async function start(
    filter: ExecutionFilter,
    { dryRun, ratePerSecond, upTo: asked, by = null }: BulkOptions,
  ): Promise<BulkReplay> {
    const bound = asked === undefined ? undefined : ids.executionSeq(asked);
    if (asked !== undefined && bound === undefined)
      throw new InvalidInput('replay', [{ field: 'upTo', message: 'is not the id of an execution here' }]);
    const counted = await log.replayCount(filter, registry.callable(), bound);
    const { matched, byStatus, until, upTo } = counted;
    if (dryRun) return { matched, replaying: 0, byStatus, upTo: upTo === 0 ? null : ids.execution(upTo) };
    if (matched === 0) return { matched, replaying: 0 };
    const at = time.now();
    const begun = { filter: JSON.stringify(filter), ratePerSecond, matched, until, upTo, by, at };
    enqueue(await journal.beginReplay(begun));
    return { matched, replaying: matched };
  }

  /** Stops one; what it has let go goes on. @throws NotFound, or Conflict when it is over */
  async function cancel(id: number): Promise<void> {
    const ended = await journal.endReplay(id, time.now());
    if (ended === 'unknown') throw new NotFound(`there is no replay ${id}`);
    if (ended === 'over') throw new Conflict(`replay ${id} is over already`);
  }

  function enqueue(replay: StoredReplay): void {
    last = last
      .then(() => run(replay))
      .catch((error) => {
        // It goes on in the next process.
        if (!closed()) onError(error);
      });
  }

  async function run(replay: StoredReplay): Promise<void> {
    const { id, until, upTo, ratePerSecond: rate } = replay;
    const filter = JSON.parse(replay.filter) as ExecutionFilter;
    const limit = rate === 0 ? most : Math.min(most, Math.max(1, Math.floor(rate * ahead)));
    let { cursor } = replay;
    let next = time.monotonic();
    for (let running = true; running; ) {
      const wait = next - time.monotonic();
      if (wait > 0) await passed(time, wait);
      const asked = { id, filter, after: cursor, until, upTo, limit };
      const batch = await persist(() => log.replayBatch({ ...asked, callable: registry.callable() }));
      const continued = await persist(() =>
        journal.continueReplay({ id, ...batch, callable: registry.callable(), at: time.now() }),
      );
      ({ cursor } = batch);
      ({ running } = continued);
      if (rate > 0) next = Math.max(next, time.monotonic()) + (continued.replayed * 1000) / rate;
    }
  }

  return {
    /** It is known which handlers there are: until then none of them could be replayed. */
    open: opened.resolve,
    start,
    cancel,
  };
}
