import { standstill } from './standstill.ts';

/** So long, in ms, a process that stood still gets at least to hear what has arrived meanwhile. */
const graceMs = 500;
/** So often the time of a process that stands still again and again is given back. */
const reprieves = 3;

/**
 * A time limit of `ms` that speaks of whom one waits for. Timers run before sockets are read, so what has arrived is
 * heard before it counts; and the time that this process stood still (SIGSTOP, a machine that slept) does not count.
 * `passed` is called once, unless `end` was called before.
 */
export class Deadline {
  readonly #ms: number;
  readonly #passed: () => void;
  #timer: NodeJS.Timeout;
  #hearing: NodeJS.Immediate | undefined;
  #stoodBefore: number;
  #left = reprieves;
  #over = false;

  constructor(ms: number, passed: () => void) {
    this.#ms = ms;
    this.#passed = passed;
    standstill.watch();
    this.#stoodBefore = standstill.soFar();
    this.#timer = setTimeout(() => this.#hear(), ms);
  }

  /** What was waited for has come. Any number of times. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    standstill.unwatch();
    clearTimeout(this.#timer);
    if (this.#hearing) clearImmediate(this.#hearing);
  }

  #hear(): void {
    // Immediates run once all sockets that have something were read.
    this.#hearing = setImmediate(() => this.#judge());
  }

  #judge(): void {
    const stood = standstill.soFar() - this.#stoodBefore;
    if (stood > 0 && this.#left-- > 0) {
      this.#stoodBefore += stood;
      this.#timer = setTimeout(() => this.#hear(), Math.max(graceMs, Math.min(stood, this.#ms)));
      return;
    }
    this.end();
    this.#passed();
  }
}

/**
 * Waits for something, but no longer than `ms`, and whatever comes of it: a rejection is an end too. Time that this
 * process stood still does not count.
 * @returns whether it came about in time; it goes on if not
 */
export function within(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline = new Deadline(ms, () => resolve(false));
    const came = (): void => {
      deadline.end();
      resolve(true);
    };
    awaited.then(came, came);
  });
}
