import type { Publisher } from '../delivery/publisher.ts';
import { FailureWindow } from '../rules/failure-window.ts';
import type { ExecutionLog, Failure } from '../store/log.ts';
import { listensTo } from '../words/event-type.ts';
import type { ExecutionRow } from '../words/execution.ts';
import type { Time } from '../words/time.ts';
import type { Alarms } from './alarms.ts';

export interface FailuresWatched {
  /** So many… */
  readonly count: number;
  /** …in so many ms. */
  readonly ms: number;
  /** Event types or patterns; none: all. */
  readonly events: readonly string[];
  /** Ids of handlers; none: all. */
  readonly handlers: readonly string[];
}

/** Ms between two looks at whether it has ended, at least. */
const shortestPause = 1000;
/** Failures that are looked for in the log when Node-RED has started, at most. */
const mostLookedFor = 10_000;

/** Too many executions that failed for good. They are counted as they come; there is a timer only while it holds. */
export class Failures {
  readonly #watched: FailuresWatched;
  readonly #time: Time;
  readonly #window: FailureWindow;
  readonly #since: number;
  readonly #unobserve: () => void;
  /** Whether what failed before this began to count is known. */
  #known: boolean;
  /** Failures since the alarm began. */
  #more: number;
  /** Why the last one failed. */
  #error: string | null;
  #alarms: Alarms | undefined;
  #cancel: (() => void) | undefined;

  /** @param before what counted for the node before a deploy: what it has counted goes on */
  constructor(
    watched: FailuresWatched,
    time: Time,
    news: Pick<Publisher, 'observe'>,
    before: Failures | null,
  ) {
    const same = before !== null && JSON.stringify(before.#watched) === JSON.stringify(watched);
    this.#watched = watched;
    this.#time = time;
    this.#window = same ? before.#window : new FailureWindow(watched.count, watched.ms);
    this.#known = same && before.#known;
    this.#more = same ? before.#more : 0;
    this.#error = same ? before.#error : null;
    this.#since = time.now();
    this.#unobserve = news.observe((row) => this.#note(row));
  }

  /** @throws Unavailable when the log can't be read */
  async start(alarms: Alarms, log: Pick<ExecutionLog, 'failures'>): Promise<void> {
    this.#alarms = alarms;
    if (!this.#known) {
      const from = this.#time.now() - this.#watched.ms;
      const found = await log.failures(from, mostLookedFor);
      const before = found.filter((one) => this.#concerns(one) && one.at > from && one.at < this.#since);
      if (!this.#known) this.#window.precede(before.map(({ at }) => at));
      this.#error ??= before[0]?.error ?? null;
      this.#known = true;
    }
    if (this.#alarms === alarms) this.#look();
  }

  stop(): void {
    this.#alarms = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  end(): void {
    this.stop();
    this.#unobserve();
  }

  #note({ status, handler, eventType, error }: ExecutionRow): void {
    if (status !== 'failed' || !this.#concerns({ handler: handler.id, eventType })) return;
    this.#window.add(this.#time.now());
    this.#more += 1;
    this.#error = error;
    // While it holds, it ends by time alone.
    if (this.#known && !this.#cancel) this.#look();
  }

  #concerns({ handler, eventType }: Pick<Failure, 'handler' | 'eventType'>): boolean {
    const { events, handlers } = this.#watched;
    return (
      (handlers.length === 0 || handlers.includes(handler)) &&
      (events.length === 0 || events.some((pattern) => listensTo(pattern, eventType)))
    );
  }

  #look(): void {
    const alarms = this.#alarms;
    if (!alarms) return;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#time.now();
    const holds = this.#window.holds(now);
    const held = alarms.held.get('failures');
    if (!holds) return alarms.end('failures', held && held.count + this.#more);
    if (!held) {
      this.#more = 0;
      const { count } = this.#watched;
      alarms.begin('failures', { alarm: 'failures', since: holds.since, count, error: this.#error });
    }
    this.#cancel = this.#time.after(Math.max(shortestPause, holds.until - now), () => this.#look());
  }
}
