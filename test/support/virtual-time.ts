import { setImmediate as turn } from 'node:timers/promises';
import type { Time } from '../../src/engine/words/time.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualTime implements Time {
  #monotonic = 0;
  #ahead = Date.UTC(2026, 0, 31, 12);
  #timers: Timer[] = [];

  now(): number {
    return this.#ahead + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + ms, callback };
    this.#timers.push(timer);
    return () => this.#remove(timer);
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Ms until the next timer calls back; undefined when none waits. */
  untilNext(): number | undefined {
    const next = this.#nextUntil(Number.POSITIVE_INFINITY);
    return next && Math.max(0, next.at - this.#monotonic);
  }

  /** Lets `ms` pass: timers call back at their moment, and what they set going settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await turn();
    for (let timer = this.#nextUntil(end); timer; timer = this.#nextUntil(end)) {
      this.#monotonic = Math.max(this.#monotonic, timer.at);
      this.#remove(timer);
      timer.callback();
      await turn();
    }
    this.#monotonic = end;
  }

  /** Somebody sets the wall clock; no time passes. */
  set(now: number): void {
    this.#ahead = now - this.#monotonic;
  }

  #nextUntil(end: number): Timer | undefined {
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at);
    return first && first.at <= end ? first : undefined;
  }

  #remove(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
  }
}
