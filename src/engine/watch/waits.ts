import type { ExecutionLog } from '../store/log.ts';
import type { Time } from '../words/time.ts';
import type { Alarms } from './alarms.ts';

export interface WaitsWatched {
  /** Ms that an accepted event may wait before its handlers are called; null: it is not watched. So the other. */
  readonly backlogMs: number | null;
  /** Ms since its turn came that an execution may be parked, before its object counts as waiting. */
  readonly objectMs: number | null;
  /** Whose executions; none: of all. */
  readonly handlers: readonly string[];
}

/** Ms between two looks: at least, at most, and while an alarm holds. */
const shortestPause = 1000;
const longestPause = 60_000;
const pauseWhileHeld = 10_000;

/** What has waited for too long. The store is asked, and not before the oldest could have waited long enough. */
export class WaitAlarms {
  readonly #watched: WaitsWatched;
  readonly #time: Time;
  readonly #onError: (error: unknown) => void;
  #alarms: Alarms | undefined;
  #cancel: () => void = () => undefined;

  constructor(watched: WaitsWatched, time: Time, onError: (error: unknown) => void) {
    this.#watched = watched;
    this.#time = time;
    this.#onError = onError;
  }

  start(alarms: Alarms, log: Pick<ExecutionLog, 'waits'>): void {
    this.#alarms = alarms;
    void this.#look(alarms, log);
  }

  stop(): void {
    this.#alarms = undefined;
    this.#cancel();
  }

  async #look(alarms: Alarms, log: Pick<ExecutionLog, 'waits'>): Promise<void> {
    const pause = await this.#ask(alarms, log).catch((error) => {
      if (alarms === this.#alarms) this.#onError(error);
      return pauseWhileHeld;
    });
    if (alarms !== this.#alarms) return;
    this.#cancel = this.#time.after(Math.max(shortestPause, pause), () => void this.#look(alarms, log));
  }

  /** @returns ms after which it is to be asked again */
  async #ask(alarms: Alarms, log: Pick<ExecutionLog, 'waits'>): Promise<number> {
    const { backlogMs, objectMs, handlers } = this.#watched;
    const now = this.#time.now();
    const before = (ms: number | null) => (ms === null ? null : now - ms);
    const { events, executions } = await log.waits({
      eventsBefore: before(backlogMs),
      executionsBefore: before(objectMs),
      handlers,
    });
    if (alarms !== this.#alarms) return pauseWhileHeld;
    const { startedAt = null, ...whose } = executions.oldest ?? {};
    const look = (
      alarm: 'backlog' | 'object',
      most: number | null,
      since: number | null,
      more: object & { count: number },
    ) => {
      if (most === null) return longestPause;
      if (since !== null && since < now - most) {
        alarms.begin(alarm, { alarm, since, ...more });
        return pauseWhileHeld;
      }
      alarms.end(alarm);
      // What begins to wait from now on can't have waited for too long before that.
      return (since ?? now) + most - now + 1;
    };
    return Math.min(
      longestPause,
      look('backlog', backlogMs, events.oldest, { count: events.count }),
      look('object', objectMs, startedAt, { count: executions.count, ...whose }),
    );
  }
}
