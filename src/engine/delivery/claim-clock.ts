import type { Time } from '../words/time.ts';

/** A clock that runs only while somebody could claim an event: flows run and an executor exists (rule 3). */
export class ClaimClock {
  readonly #time: Time;
  #elapsed = 0;
  #since: number | undefined;

  constructor(time: Time) {
    this.#time = time;
  }

  get running(): boolean {
    return this.#since !== undefined;
  }

  run(on: boolean): void {
    if (on === this.running) return;
    const now = this.#time.monotonic();
    if (this.#since !== undefined) this.#elapsed += now - this.#since;
    this.#since = on ? now : undefined;
  }

  /** Ms that the clock has run. */
  now(): number {
    return this.#elapsed + (this.#since === undefined ? 0 : this.#time.monotonic() - this.#since);
  }
}
