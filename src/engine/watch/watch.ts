import type { Delivery } from '../delivery/delivery.ts';
import type { Publisher } from '../delivery/publisher.ts';
import type { AlarmKind } from '../words/alarm.ts';
import { passed, type Time } from '../words/time.ts';
import { Alarms, type Watcher } from './alarms.ts';
import { lookAtCircuits } from './circuits.ts';
import { Failures } from './failures.ts';
import { WaitAlarms, type WaitsWatched } from './waits.ts';

/** What a watch node wants to be told of; null or false: not that. */
export interface WatchConfig extends WaitsWatched {
  readonly failures: { readonly count: number; readonly ms: number } | null;
  readonly circuits: boolean;
  /** Event types or patterns whose failures count; none: all. */
  readonly events: readonly string[];
}

/** Ms after which the log is read again when it could not be. */
const pause = 10_000;

/** What one watch node watches, while flows run. */
export class Watch {
  readonly #config: WatchConfig;
  readonly #watcher: Watcher;
  readonly #time: Time;
  readonly #failures: Failures | null;
  readonly #waits: WaitAlarms | null;
  readonly #unobserve: () => void;
  #alarms: Alarms | undefined;
  #lookAtCircuits: () => void = () => undefined;
  #onError: (error: unknown) => void = () => undefined;

  /** @param before the one that the node had before a deploy */
  constructor(
    config: WatchConfig,
    watcher: Watcher,
    time: Time,
    news: Pick<Publisher, 'observe' | 'observeCircuits'>,
    before?: Watch,
  ) {
    const { failures, circuits, backlogMs, objectMs, events, handlers } = config;
    const asks = backlogMs !== null || objectMs !== null;
    this.#config = config;
    this.#watcher = watcher;
    this.#time = time;
    const counted = before ? before.#failures : null;
    this.#failures = failures && new Failures({ ...failures, events, handlers }, time, news, counted);
    this.#waits = asks ? new WaitAlarms(config, time, (error) => this.#onError(error)) : null;
    this.#unobserve = circuits ? news.observeCircuits(() => this.#lookAtCircuits()) : () => undefined;
  }

  /** Flows run: what holds by now is told, and what has ended meanwhile. */
  start(node: string, delivery: Delivery): void {
    this.stop();
    const { circuits, handlers } = this.#config;
    const { store, onError } = delivery;
    const alarms = new Alarms(node, this.#watcher, delivery.alarms, this.#time);
    this.#alarms = alarms;
    this.#onError = onError;
    for (const [key, { alarm }] of [...alarms.held]) if (!this.#watches(alarm)) alarms.drop(key);
    alarms.show();
    if (circuits) {
      this.#lookAtCircuits = () => lookAtCircuits(alarms, delivery, handlers);
      this.#lookAtCircuits();
    }
    this.#waits?.start(alarms, store.log);
    void this.#startFailures(alarms, delivery);
  }

  /** Flows stand still: nothing is told, and nothing looked at. */
  stop(): void {
    this.#alarms = undefined;
    this.#lookAtCircuits = () => undefined;
    this.#failures?.stop();
    this.#waits?.stop();
  }

  /** Its node is gone, or another one has taken its place. */
  end(): void {
    this.stop();
    this.#failures?.end();
    this.#unobserve();
  }

  async #startFailures(alarms: Alarms, delivery: Delivery): Promise<void> {
    while (this.#failures && this.#alarms === alarms) {
      try {
        return await this.#failures.start(alarms, delivery.store.log);
      } catch (error) {
        if (this.#alarms === alarms) delivery.onError(error);
        await passed(this.#time, pause);
      }
    }
  }

  /** What it does not watch since a deploy, nobody wants to hear of. */
  #watches(alarm: AlarmKind): boolean {
    const { failures, circuits, backlogMs, objectMs } = this.#config;
    const watched = {
      failures: failures !== null,
      circuit: circuits,
      backlog: backlogMs !== null,
      object: objectMs !== null,
    };
    return watched[alarm];
  }
}
