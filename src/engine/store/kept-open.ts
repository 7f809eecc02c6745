import { Unavailable } from '../words/errors.ts';
import type { Time } from '../words/time.ts';
import { JournalError } from './journal-error.ts';

/** Ms that opening may take, a predecessor's end included, before it counts as failed; it goes on all the same. */
const openingTime = 15_000;
/** Ms before what could not be opened is tried again. */
const pause = 5000;

interface Options<T> {
  readonly time: Time;
  /** What is opened, for the message. */
  readonly what: string;
  readonly open: () => Promise<T>;
  /** It can't be had, and why; what may mend itself is tried again. */
  readonly onRefused: (error: Error) => void;
}

/**
 * Something that is opened and kept open: what fails is tried again, what was lost is opened anew, and what does not
 * answer holds up nobody. Whoever asks meanwhile learns at once why it is not there.
 */
export class KeptOpen<T> {
  readonly #options: Options<T>;
  #now: Promise<T>;
  #opening: Promise<void>;
  #closed = false;

  constructor(options: Options<T>) {
    this.#options = options;
    const first = Promise.withResolvers<T>();
    this.#now = first.promise;
    // A rejection that nobody waits for would end Node-RED.
    this.#now.catch(() => undefined);
    this.#opening = this.#open(first);
  }

  /** @throws Unavailable saying what to do, while it is not there; waits only while it is opened for the first time */
  get(): Promise<T> {
    return this.#now;
  }

  /** It was lost: it is opened anew once `ended` has settled. */
  reopen(error: Error, ended: Promise<void>): void {
    this.#refuse(error);
    // It may be lost before its opening is over: there is one at a time.
    this.#opening = Promise.allSettled([ended, this.#opening]).then(() => this.#open());
  }

  close(): void {
    this.#closed = true;
  }

  async #open(first?: PromiseWithResolvers<T>): Promise<void> {
    if (this.#closed) return;
    const { time, what, open } = this.#options;
    const cancel = time.after(openingTime, () => this.#refuse(unanswered(what), first));
    try {
      const opened = await open();
      first?.resolve(opened);
      this.#now = Promise.resolve(opened);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#refuse(reason, first);
      if (reason instanceof JournalError && reason.kind === 'newer') return;
      time.after(pause, () => {
        this.#opening = this.#open();
      });
    } finally {
      cancel();
    }
  }

  #refuse(error: Error, first?: PromiseWithResolvers<T>): void {
    const refusal = new Unavailable(error.message);
    first?.reject(refusal);
    this.#now = Promise.reject(refusal);
    this.#now.catch(() => undefined);
    if (!this.#closed) this.#options.onRefused(error);
  }
}

function unanswered(what: string): JournalError {
  return new JournalError(
    'failed',
    `${what} has not answered for ${openingTime / 1000} s: check that its disk is there, mounted and answers; it is taken into use as soon as it does`,
  );
}
