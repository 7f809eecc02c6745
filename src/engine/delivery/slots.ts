import type { Time } from '../words/time.ts';
import type { Registry } from './registry.ts';

interface Use {
  inFlight: number;
  /** When the last of them may start, by the handler's rate; ms of the monotonic clock. */
  lastAt: number;
}

/** How many attempts of each handler are in flight, and how fast they may follow one another. */
export class Slots {
  readonly #registry: Registry;
  readonly #time: Time;
  readonly #onFreed: (handler: string) => void;
  readonly #uses = new Map<string, Use>();

  /** @param onFreed the handler has a slot to spare: who waited for it may look again */
  constructor(registry: Registry, time: Time, onFreed: (handler: string) => void) {
    this.#registry = registry;
    this.#time = time;
    this.#onFreed = onFreed;
  }

  /**
   * Attempts of this handler that may start now. One that is not there has no bound: what waits for it parks at once.
   */
  room(handler: string): number {
    const config = this.#registry.find(handler)?.config;
    if (!config) return Number.POSITIVE_INFINITY;
    const free = Math.max(0, config.concurrency - (this.#uses.get(handler)?.inFlight ?? 0));
    if (config.ratePerSecond === 0) return free;
    return this.waitMs(handler) === 0 ? Math.min(free, 1) : 0;
  }

  /**
   * Whether more attempts have reserved than may run: while their handler could not be called, which is no bound, or
   * under another configuration.
   */
  overdrawn(handler: string): boolean {
    const use = this.#uses.get(handler);
    const concurrency = this.#registry.find(handler)?.config.concurrency ?? Number.POSITIVE_INFINITY;
    return use !== undefined && (use.inFlight > concurrency || use.lastAt > this.#time.monotonic());
  }

  /** Ms until the handler's rate allows another attempt. */
  waitMs(handler: string): number {
    const lastAt = this.#uses.get(handler)?.lastAt ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, Math.ceil(lastAt + this.#interval(handler) - this.#time.monotonic()));
  }

  /** Reserves slots for attempts: each ends with `give` or `giveBack`. */
  take(handler: string, attempts: number): void {
    const use = this.#uses.get(handler) ?? { inFlight: 0, lastAt: Number.NEGATIVE_INFINITY };
    const interval = this.#interval(handler);
    use.inFlight += attempts;
    use.lastAt = Math.max(use.lastAt + interval, this.#time.monotonic()) + (attempts - 1) * interval;
    this.#uses.set(handler, use);
  }

  /** Attempts that were made have ended. */
  give(handler: string, attempts: number): void {
    const use = this.#uses.get(handler);
    if (!use || attempts === 0) return;
    this.#free(handler, use, attempts);
  }

  /** Attempts that were reserved are not made: the handler's rate counts only calls. */
  giveBack(handler: string, attempts: number): void {
    const use = this.#uses.get(handler);
    if (!use || attempts === 0) return;
    use.lastAt -= attempts * this.#interval(handler);
    this.#free(handler, use, attempts);
  }

  /** Ms between two attempts; 0 where the rate has no bound. */
  #interval(handler: string): number {
    const rate = this.#registry.find(handler)?.config.ratePerSecond ?? 0;
    return rate > 0 ? 1000 / rate : 0;
  }

  #free(handler: string, use: Use, attempts: number): void {
    use.inFlight -= attempts;
    // What is idle is forgotten, once its rate no longer holds anybody back.
    if (use.inFlight === 0 && this.waitMs(handler) === 0) this.#uses.delete(handler);
    this.#onFreed(handler);
  }
}
