import type { HandlerBook, KeptOverride } from '../store/handler-book.ts';
import type { Override, RegistryHold } from '../words/admin-answers.ts';
import { InvalidInput } from '../words/errors.ts';
import type { Time } from '../words/time.ts';

/** What operators say of a switch; times are in ms since the epoch. */
export interface Switching {
  /** Null when nobody knows. */
  readonly by: string | null;
  readonly reason: string | null;
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: number | null;
}

/** Ms between two looks at the clock while the end of a switch is awaited: the clock may be set ahead meanwhile. */
const longestWait = 60_000;

/** What operators have switched, kept in the handler book: each holds until it is taken back, or its time is over. */
export class Switches {
  readonly #book: HandlerBook;
  readonly #time: Time;
  readonly #onEnd: () => void;
  #cancelTimer: (() => void) | undefined;

  /** @param onEnd something is over: who is told asks `endThoseOver` what */
  constructor(book: HandlerBook, time: Time, onEnd: () => void) {
    this.#book = book;
    this.#time = time;
    this.#onEnd = onEnd;
    this.await();
  }

  of(handler: string): Override | null {
    const kept = this.#book.overrideOf(handler);
    return kept && { ...kept, until: kept.until ?? null };
  }

  /** Whether the registry is held as a whole. */
  get held(): boolean {
    return this.#book.hold() !== null;
  }

  get hold(): RegistryHold | null {
    const kept = this.#book.hold();
    return kept && { ...kept, status: 'held', until: kept.until ?? null };
  }

  /** In force at once; kept with the book. @throws InvalidInput when it would be over already */
  set(handler: string, status: Override['status'], switching: Switching): void {
    this.#book.override(handler, this.#override(status, switching));
    this.await();
  }

  /** The flow's status holds again. */
  clear(handler: string): void {
    this.#book.override(handler, null);
  }

  /** In force at once; kept with the book. @throws InvalidInput when it would be over already */
  holdRegistry(switching: Switching): void {
    this.#book.holdAll(this.#override('held', switching));
    this.await();
  }

  releaseRegistry(): void {
    this.#book.holdAll(null);
  }

  /** Ends what is over by now. @returns whose switches, and whether the hold of the registry */
  endThoseOver(): { readonly handlers: readonly string[]; readonly registry: boolean } {
    const handlers = this.#book
      .overridden()
      .filter((handler) => this.#isOver(this.#book.overrideOf(handler)));
    for (const handler of handlers) this.clear(handler);
    const registry = this.#isOver(this.#book.hold());
    if (registry) this.releaseRegistry();
    return { handlers, registry };
  }

  /** Waits for the next end. */
  await(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const overrides = this.#book.overridden().map((handler) => this.#book.overrideOf(handler));
    const ends = [...overrides, this.#book.hold()]
      .map((override) => override?.until)
      .filter((until) => until !== undefined)
      .map((until) => Date.parse(until));
    if (ends.length === 0) return;
    const ms = Math.max(0, Math.min(...ends) - this.#time.now());
    this.#cancelTimer = this.#time.after(Math.min(ms, longestWait), () => {
      if (Math.min(...ends) <= this.#time.now()) this.#onEnd();
      this.await();
    });
  }

  close(): void {
    this.#cancelTimer?.();
  }

  #override(status: Override['status'], { by, reason, until }: Switching): KeptOverride {
    const now = this.#time.now();
    if (until !== null && until <= now) {
      const message = `must be later than now, which is ${new Date(now).toISOString()}`;
      throw new InvalidInput('the switch', [{ field: 'until', message }]);
    }
    const at = new Date(now).toISOString();
    return { status, by, at, reason, ...(until !== null && { until: new Date(until).toISOString() }) };
  }

  #isOver(override: KeptOverride | null): boolean {
    return override?.until !== undefined && Date.parse(override.until) <= this.#time.now();
  }
}
