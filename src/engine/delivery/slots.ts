import { alone, rateOf, type Share, slotsOf } from '../rules/share.ts';
import type { Time } from '../words/time.ts';
import type { Registry } from './registry.ts';

interface Use {
  inFlight: number;
  /** When the last of them may start, by the handler's rate; ms of the monotonic clock. */
  lastAt: number;
}

interface Options {
  readonly registry: Registry;
  readonly time: Time;
  /** This instance's share of a handler. Default: all of it. */
  readonly shareOf?: (handler: string) => Share;
  /** The handler has a slot to spare: who waited for it may look again. */
  readonly onFreed: (handler: string) => void;
}

/** How many attempts of each handler are in flight, and how fast they may follow one another. */
export class Slots {
  readonly #registry: Registry;
  readonly #time: Time;
  readonly #shareOf: (handler: string) => Share;
  readonly #onFreed: (handler: string) => void;
  readonly #uses = new Map<string, Use>();

  constructor({ registry, time, shareOf = () => alone, onFreed }: Options) {
    this.#registry = registry;
    this.#time = time;
    this.#shareOf = shareOf;
    this.#onFreed = onFreed;
  }

  /**
   * Attempts of this handler that may start now. One that is not there has no bound: what waits for it parks at once.
   */
  room(handler: string): number {
    const free = Math.max(0, this.#most(handler) - (this.#uses.get(handler)?.inFlight ?? 0));
    if (this.#interval(handler) === 0) return free;
    return this.waitMs(handler) === 0 ? Math.min(free, 1) : 0;
  }

  /**
   * Whether more attempts have reserved than may run: while their handler could not be called, which is no bound, or
   * under another configuration.
   */
  overdrawn(handler: string): boolean {
    const use = this.#uses.get(handler);
    return use !== undefined && (use.inFlight > this.#most(handler) || use.lastAt > this.#time.monotonic());
  }

  /** This instance's attempts at a time. */
  #most(handler: string): number {
    const concurrency = this.#registry.find(handler)?.config.concurrency;
    return concurrency === undefined
      ? Number.POSITIVE_INFINITY
      : slotsOf(this.#shareOf(handler), concurrency);
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
    const { ratePerSecond = 0, concurrency = 1 } = this.#registry.find(handler)?.config ?? {};
    return ratePerSecond > 0 ? 1000 / rateOf(this.#shareOf(handler), ratePerSecond, concurrency) : 0;
  }

  #free(handler: string, use: Use, attempts: number): void {
    use.inFlight -= attempts;
    // What is idle is forgotten, once its rate no longer holds anybody back.
    if (use.inFlight === 0 && this.waitMs(handler) === 0) this.#uses.delete(handler);
    this.#onFreed(handler);
  }
}
