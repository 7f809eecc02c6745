import type { Time } from '../words/time.ts';
import { TransientMap } from '../words/transient-map.ts';

/** A call that lasts longer than this lends its slot, in ms. */
const patience = 1000;

interface Call {
  readonly handler: { readonly id: string };
}

/**
 * The slots of the window of chains (rule 12), `concurrency` in all. A chain whose call lasts longer than a second
 * lends its slot to chains of other handlers, so an endpoint that hangs holds up nobody but itself. How many are lent
 * is bounded: no handler has more calls in flight than `concurrency`, nor than its own allows.
 */
export class ChainSlots {
  readonly #concurrency: () => number;
  readonly #time: Time;
  readonly #onLent: () => void;
  /** Calls that hold their slot, oldest first, and when they began. */
  readonly #holding = new TransientMap<Call, number>();
  /** Calls in flight, by handler. */
  readonly #calls = new TransientMap<string, number>();
  #lent = 0;
  #taken = 0;
  #watching = false;

  /** @param onLent slots have become free: who waited for one may look again */
  constructor(concurrency: () => number, time: Time, onLent: () => void) {
    this.#concurrency = concurrency;
    this.#time = time;
    this.#onLent = onLent;
  }

  /** Whether all slots are free. */
  get unused(): boolean {
    return this.#taken === 0;
  }

  /** Slots for chains that this handler is to be called for next. */
  room(handler: string): number {
    return Math.min(this.roomAtMost, this.#concurrency() - (this.#calls.get(handler) ?? 0));
  }

  /** No handler has more room. */
  get roomAtMost(): number {
    return this.#concurrency() - this.#taken + this.#lent;
  }

  take(slots: number): void {
    this.#taken += slots;
  }

  give(slots: number): void {
    this.#taken -= slots;
  }

  /** A chain that has a slot calls a handler. */
  began(call: Call): void {
    this.#count(call, 1);
    this.#holding.set(call, this.#time.monotonic());
    this.#watch();
  }

  ended(call: Call): void {
    this.#count(call, -1);
    if (!this.#holding.delete(call)) this.#lent -= 1;
  }

  #watch(): void {
    if (this.#watching) return;
    const [oldest] = this.#holding.values();
    if (oldest === undefined) return;
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
      this.#lent += 1;
    }
    if (this.#lent > lent) this.#onLent();
  }

  #count({ handler }: Call, calls: number): void {
    const inFlight = (this.#calls.get(handler.id) ?? 0) + calls;
    if (inFlight > 0) this.#calls.set(handler.id, inFlight);
    else this.#calls.delete(handler.id);
  }
}
