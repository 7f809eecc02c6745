import type { BeginReplay, ContinueReplay, StoredReplay } from '../store/journal/replay.ts';
import type { BulkKind } from '../store/log/bulk.ts';
import { Conflict, NotFound } from '../words/errors.ts';
import type { Context } from './context.ts';

export interface BulkOptions {
  /** Only count. */
  readonly dryRun: boolean;
  /** So many a second; 0: no bound. */
  readonly ratePerSecond: number;
  /** `upTo` of an earlier answer: what has come since is left out. */
  readonly upTo?: string | undefined;
  /** Who asks; absent or null when nobody knows. */
  readonly by?: string | null;
}

/**
 * Finds the next part of what is done with many, after an event (seq).
 * @param limit events at most
 * @returns undefined when it can't go on: it is stopped
 */
export type NextPart = (
  replay: StoredReplay,
  after: number,
  limit: number,
) => Promise<Omit<ContinueReplay, 'id' | 'at'> | undefined>;

interface Options extends Pick<Context, 'journal' | 'time' | 'persist' | 'onError'> {
  readonly nextPart: Readonly<Record<BulkKind, NextPart>>;
  /** The journal is let go of, or about to be. */
  readonly closed: () => boolean;
}

/** Events let go with one write at most, and how long one with a bounded rate may go ahead, in seconds. */
const most = 64;
const ahead = 0.1;

/**
 * Does something with many, part by part, in their original order. The journal keeps how far each has come, so that it
 * goes on after a restart; one goes after the other.
 */
export function bulkReplaysOn({ journal, time, persist, nextPart, closed, onError }: Options) {
  const opened = Promise.withResolvers<void>();
  let last = opened.promise;
  let pausing: { readonly id: number; readonly end: () => void } | undefined;
  for (const replay of journal.found.replays) enqueue(replay);

  /** @returns its number, once it is kept. @throws Unavailable */
  async function begin(asked: Omit<BeginReplay, 'at'>): Promise<number> {
    const begun = await journal.beginReplay({ ...asked, at: time.now() });
    enqueue(begun);
    return begun.id;
  }

  /** Stops one; what it has let go goes on. @throws NotFound, or Conflict when it is over */
  async function cancel(id: number): Promise<void> {
    const ended = await journal.endReplay(id, time.now());
    if (ended === 'unknown') throw new NotFound(`there is no replay ${id}`);
    if (ended === 'over') throw new Conflict(`replay ${id} is over already`);
    stopPausing(id);
  }

  /** One is over, whoever has stopped it: what comes after it need not wait for its rate. */
  function stopPausing(id: number): void {
    if (pausing?.id === id) pausing.end();
  }

  /** Between two parts. At a slow rate it is long, and others wait for this one to be over. */
  async function pause(id: number, ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const cancelTimer = time.after(ms, over.resolve);
    pausing = { id, end: over.resolve };
    await over.promise;
    pausing = undefined;
    cancelTimer();
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
    const { id, ratePerSecond: rate } = replay;
    const limit = rate === 0 ? most : Math.min(most, Math.max(1, Math.floor(rate * ahead)));
    let { cursor } = replay;
    let next = time.monotonic();
    for (let running = true; running; ) {
      const wait = next - time.monotonic();
      if (wait > 0) await pause(id, wait);
      const part = await persist(() => nextPart[replay.kind](replay, cursor, limit));
      if (!part) {
        await persist(() => journal.endReplay(id, time.now()));
        return;
      }
      const continued = await persist(() => journal.continueReplay({ id, ...part, at: time.now() }));
      ({ cursor } = part);
      ({ running } = continued);
      if (rate > 0) next = Math.max(next, time.monotonic()) + (continued.replayed * 1000) / rate;
    }
  }

  return {
    /** It is known which handlers there are: until then none of them could be called. */
    open: opened.resolve,
    begin,
    /** Goes on with what another instance has begun. */
    adopt: enqueue,
    cancel,
    /** The one that waits for its rate; undefined: none does. */
    get pausing() {
      return pausing?.id;
    },
    stopPausing,
  };
}
export type BulkReplays = ReturnType<typeof bulkReplaysOn>;
