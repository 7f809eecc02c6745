import type { Time } from '../../../../src/engine/words/time.ts';

/**
 * What a process of its own is to an instance: everything that happens to it happens by this. It may stand still, as by
 * SIGSTOP, and then all that came meanwhile happens at once; or it is over, as by SIGKILL, and nothing happens any more.
 */
export class Process {
  readonly time: Time;
  #waiting: (() => void)[] | undefined;
  #isOver = false;

  constructor(time: Time) {
    this.time = {
      now: () => time.now(),
      monotonic: () => time.monotonic(),
      after: (ms, callback) => {
        let isCancelled = false;
        const cancel = time.after(ms, () => this.happens(() => void (isCancelled || callback())));
        return () => {
          isCancelled = true;
          cancel();
        };
      },
    };
  }

  get standsStill(): boolean {
    return this.#waiting !== undefined;
  }

  happens(what: () => void): void {
    if (this.#isOver) return;
    if (this.#waiting) this.#waiting.push(what);
    else what();
  }

  standStill(): void {
    this.#waiting ??= [];
  }

  goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const what of waiting) what();
  }

  end(): void {
    this.#isOver = true;
  }
}
