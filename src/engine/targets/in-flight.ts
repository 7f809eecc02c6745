import { within } from './within.ts';

/** So long whoever closes a target waits for what is under way, in ms. */
export const letGoMs = 15_000;

/** Counts calls that are under way, so that a target can be closed when the last one has settled. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when no call is under way, however long that takes. */
  idle(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when no call is under way, or when `limitMs` are over: a call still under way then goes on. */
  async settled(limitMs = letGoMs): Promise<void> {
    await within(limitMs, this.idle());
  }
}
