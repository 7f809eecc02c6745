import { Unavailable } from '../words/errors.ts';
import type { Time } from '../words/time.ts';
import { JournalError } from './journal-error.ts';

/** Ms that opening may take, a predecessor's end included, before it counts as failed; it goes on all the same. */
const openingTime = 15_000;
/** Ms before what could not be opened is tried again. */
const pause = 5000;

/** Something that is opened, and may be lost. */
interface Opened {
  /** Resolves when it can't be used any more, with why. */
  readonly lost: Promise<Error>;
  /** Lets go of what was lost. */
  abandon(): Promise<void>;
  close(): Promise<void>;
}

interface Options<T> {
  readonly time: Time;
  /** What is opened, for the message. */
  readonly what: string;
  /** What to look at when it does not answer. */
  readonly check: string;
  readonly open: () => Promise<T>;
  /** It is there: whoever asks gets it once this is done. */
  readonly onOpened: (opened: T) => Promise<void>;
  /** It can't be had, and why; what may mend itself is tried again. */
  readonly onRefused: (error: Error) => void;
}

/**
 * Something that is opened and kept open: what fails is tried again, what was lost is opened anew, and what does not
 * answer holds up nobody. Whoever asks meanwhile learns at once why it is not there.
 */
export class KeptOpen<T extends Opened> {
  readonly #options: Options<T>;
  readonly #first = Promise.withResolvers<T>();
  #now = this.#first.promise;
  #state: 'starting' | 'ready' | 'error' = 'starting';
  #opened: T | undefined;
  #opening: Promise<void>;
  #closed = false;

  constructor(options: Options<T>) {
    this.#options = options;
    // A rejection that nobody waits for would end Node-RED.
    this.#now.catch(() => undefined);
    this.#opening = this.#open();
  }

  /** `error`: it can't be had now, and is tried again. */
  get state(): 'starting' | 'ready' | 'error' | 'closed' {
    return this.#closed ? 'closed' : this.#state;
  }

  /** What is open, if anything is. */
  get opened(): T | undefined {
    return this.#opened;
  }

  /** @throws Unavailable saying what to do, while it is not there; waits only while it is opened for the first time */
  get(): Promise<T> {
    return this.#now;
  }

  /** Whoever has it may use it until that is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#first.reject(new Unavailable('the registry has been removed'));
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }

  async #open(): Promise<void> {
    if (this.#closed) return;
    const { time, open, onOpened } = this.#options;
    const cancel = time.after(openingTime, () => this.#refuse(unanswered(this.#options)));
    try {
      const opened = await open();
      if (this.#closed) return await opened.close();
      this.#opened = opened;
      void opened.lost.then((error) => this.#lost(opened, error));
      await onOpened(opened);
      // It may have been lost or closed again meanwhile.
      if (this.#opened !== opened) return;
      this.#first.resolve(opened);
      this.#now = Promise.resolve(opened);
      this.#state = 'ready';
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#refuse(reason);
      if (reason instanceof JournalError && reason.kind === 'newer') return;
      time.after(pause, () => {
        this.#opening = this.#open();
      });
    } finally {
      cancel();
    }
  }

  #lost(opened: T, error: Error): void {
    if (this.#opened !== opened) return;
    this.#opened = undefined;
    const abandoned = opened.abandon();
    this.#refuse(error);
    // It may be lost before its opening is over: there is one at a time.
    this.#opening = Promise.allSettled([abandoned, this.#opening]).then(() => this.#open());
  }

  #refuse(error: Error): void {
    const refusal = new Unavailable(error.message);
    this.#first.reject(refusal);
    this.#now = Promise.reject(refusal);
    this.#now.catch(() => undefined);
    this.#state = 'error';
    if (!this.#closed) this.#options.onRefused(error);
  }
}

function unanswered({ what, check }: Pick<Options<never>, 'what' | 'check'>): JournalError {
  return new JournalError(
    'failed',
    `${what} has not answered for ${openingTime / 1000} s: check ${check}; it is taken into use as soon as it does`,
  );
}
