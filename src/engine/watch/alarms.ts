import { isoOf } from '../delivery/execution-row.ts';
import type { ToldAlarms } from '../delivery/told-alarms.ts';
import type { Alarm } from '../words/alarm.ts';
import type { Time } from '../words/time.ts';

export interface Watcher {
  /** An alarm begins or ends. */
  tell(alarm: Alarm): void;
  /** Those that hold now. */
  show(alarms: readonly Alarm[]): void;
}

type Begun = Pick<Alarm, 'alarm' | 'count'> &
  Partial<Pick<Alarm, 'handler' | 'eventType' | 'objectId' | 'error'>> & {
    /** Ms since the epoch. */
    readonly since: number;
  };

/** The alarms of one watch node, each told once when it begins and once when it ends. */
export class Alarms {
  readonly #watch: string;
  readonly #watcher: Watcher;
  readonly #told: ToldAlarms;
  readonly #time: Time;

  constructor(watch: string, watcher: Watcher, told: ToldAlarms, time: Time) {
    this.#watch = watch;
    this.#watcher = watcher;
    this.#told = told;
    this.#time = time;
  }

  /** Those that hold, by key. */
  get held(): ReadonlyMap<string, Alarm> {
    return this.#told.of(this.#watch);
  }

  begin(key: string, { since, ...more }: Begun): void {
    if (this.held.has(key)) return;
    const none = { handler: null, eventType: null, objectId: null, error: null };
    const alarm: Alarm = { ...none, ...more, state: 'begun', since: isoOf(since) ?? '', until: null };
    this.#told.keep(this.#watch, key, alarm);
    this.#watcher.tell(alarm);
    this.show();
  }

  /** @param count at its end; absent: as at its beginning */
  end(key: string, count?: number): void {
    const alarm = this.held.get(key);
    if (!alarm) return;
    this.#told.keep(this.#watch, key, null);
    const until = isoOf(this.#time.now());
    this.#watcher.tell({ ...alarm, state: 'ended', until, count: count ?? alarm.count });
    this.show();
  }

  /** Nobody is told: it is not watched any more. */
  drop(key: string): void {
    this.#told.keep(this.#watch, key, null);
  }

  show(): void {
    this.#watcher.show([...this.held.values()]);
  }
}
