import type { Delivery } from '../delivery/delivery.ts';
import type { Publisher } from '../delivery/publisher.ts';
import type { Time } from '../words/time.ts';
import type { Watcher } from './alarms.ts';
import { Watch, type WatchConfig } from './watch.ts';

/** The watch nodes of a registry. What they have counted and told outlives a deploy. */
export class Watches {
  readonly #time: Time;
  readonly #news: Pick<Publisher, 'observe' | 'observeCircuits'>;
  readonly #watches = new Map<string, Watch>();
  /** Those of nodes that a deploy has taken away, until others have taken their places. */
  readonly #before = new Map<string, Watch>();
  #delivery: Delivery | undefined;

  constructor(time: Time, news: Pick<Publisher, 'observe' | 'observeCircuits'>) {
    this.#time = time;
    this.#news = news;
  }

  /** @returns what ends it */
  attach(node: string, config: WatchConfig, watcher: Watcher): () => void {
    const watch = new Watch(config, watcher, this.#time, this.#news, this.#before.get(node));
    this.#before.delete(node);
    this.#watches.set(node, watch);
    if (this.#delivery) watch.start(node, this.#delivery);
    return () => {
      watch.end();
      if (this.#watches.get(node) !== watch) return;
      this.#watches.delete(node);
      this.#before.set(node, watch);
    };
  }

  /** Flows run, and the handlers are in force. Nobody will say any more that alarms of a node have ended that is gone. */
  start(delivery: Delivery): void {
    this.#delivery = delivery;
    this.#before.clear();
    for (const node of delivery.alarms.watches()) if (!this.#watches.has(node)) delivery.alarms.forget(node);
    for (const [node, watch] of this.#watches) watch.start(node, delivery);
  }

  /** Flows stand still, or the journal is lost. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.stop();
    this.#delivery = undefined;
  }
}
