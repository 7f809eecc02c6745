import type { Time } from './time.ts';

/** A call that lasts longer than this lends its place, in ms. */
const patience = 1000;

interface Call {
  readonly handler: { readonly id: string };
}

/**
 * The places of the window of chains (rule 12), `concurrency` in all. A chain whose call lasts longer than a second
 * lends its place to chains of other handlers, so an endpoint that hangs holds up nobody but itself. How many it can
 * lend is bounded: a handler has no more calls in flight than its own `concurrency` allows.
 */
export class WindowPlaces {
  readonly #concurrency: () => number;
  readonly #time: Time;
  readonly #onLent: () => void;
  /** Calls that hold their place, oldest first, and when they began. */
  readonly #holding = new Map<Call, number>();
  readonly #lentBy = new Map<string, number>();
  #lent = 0;
  #taken = 0;
  #watching = false;

  /** @param onLent places have become free: who waited for one may look again */
  constructor(concurrency: () => number, time: Time, onLent: () => void) {
    this.#concurrency = concurrency;
    this.#time = time;
    this.#onLent = onLent;
  }

  /** Whether all places are free. */
  get unused(): boolean {
    return this.#taken === 0;
  }

  /** Places for chains that this handler is to be called for next. */
  room(handler: string): number {
    return this.roomAtMost - (this.#lentBy.get(handler) ?? 0);
  }

  /** No handler has more room. */
  get roomAtMost(): number {
    return this.#concurrency() - this.#taken + this.#lent;
  }

  take(places: number): void {
    this.#taken += places;
  }

  give(places: number): void {
    this.#taken -= places;
  }

  /** A chain that has a place calls a handler. */
  began(call: Call): void {
    this.#holding.set(call, this.#time.monotonic());
    this.#watch();
  }

  ended(call: Call): void {
    if (!this.#holding.delete(call)) this.#lend(call, -1);
  }

  #watch(): void {
    const [oldest] = this.#holding.values();
    if (this.#watching || oldest === undefined) return;
    this.#watching = true;
    this.#time.after(Math.max(0, oldest + patience - this.#time.monotonic()), () => {
      this.#watching = false;
      this.#lendLasting();
      this.#watch();
    });
  }

  #lendLasting(): void {
    const lent = this.#lent;
    for (const [call, began] of this.#holding) {
      if (began + patience > this.#time.monotonic()) break;
      this.#holding.delete(call);
      this.#lend(call, 1);
    }
    if (this.#lent > lent) this.#onLent();
  }

  #lend({ handler }: Call, places: number): void {
    this.#lent += places;
    const lent = (this.#lentBy.get(handler.id) ?? 0) + places;
    if (lent > 0) this.#lentBy.set(handler.id, lent);
    else this.#lentBy.delete(handler.id);
  }
}
