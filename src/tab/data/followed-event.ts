import type { EventDetails } from '../../engine/store/log.ts';
import type { App } from '../app.ts';
import { path } from './api.ts';
import { Observable } from './observable.ts';
import { Pace } from './pace.ts';

/** Ms between two readings while the feed tells of changes, and when nothing is heard of an unsettled event. */
const betweenReadings = 400;
const silence = 2000;

/** One event with its executions, read again whenever the live feed tells of one of them, until it is settled. */
export class FollowedEvent extends Observable {
  details: EventDetails | undefined;
  problem: unknown;
  readonly #app: App;
  readonly #registry: string;
  readonly #id: string;
  readonly #reading = new Pace(() => void this.read(), betweenReadings);
  #end: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(app: App, registry: string, id: string) {
    super();
    this.#app = app;
    this.#registry = registry;
    this.#id = id;
  }

  start(): void {
    this.#end = this.#app.feed.follow({
      rows: (rows) => rows.some(({ eventId }) => eventId === this.#id) && this.#reading.ask(),
      gap: () => this.#reading.ask(),
    });
    this.#reading.ask();
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
    this.#reading.stop();
    clearTimeout(this.#timer);
  }

  async read(): Promise<void> {
    try {
      this.details = await this.#app.api.get(path('registries', this.#registry, 'events', this.#id));
      this.problem = undefined;
    } catch (error) {
      this.problem = error;
    }
    this.changed();
    clearTimeout(this.#timer);
    // An event may change without its executions, as when nobody takes it.
    if (this.#end && this.#moves) this.#timer = setTimeout(() => this.#reading.ask(), silence);
  }

  get #moves(): boolean {
    const status = this.details?.status;
    return status === undefined || status === 'waiting' || status === 'running' || status === 'parked';
  }
}
