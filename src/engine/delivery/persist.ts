import { Unavailable, WriteRefused } from '../words/errors.ts';
import { passed, type Time } from '../words/time.ts';

/** Does something that must not be given up, as soon as the journal takes it. */
export type Persist = <T>(work: () => Promise<T>) => Promise<T>;

/** How long to wait before the journal is asked again, in ms. */
const pause = 1000;

/**
 * What has happened can't be undone, and what was accepted is not lost: the work is tried again each second while
 * the journal is unavailable. What it refuses to keep at all is tried once.
 * @param given when it says so, the work is given up with the journal's error
 */
export function persistently(time: Time, given: () => boolean, onError: (error: unknown) => void): Persist {
  return async (work) => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (given() || !(error instanceof Unavailable) || error instanceof WriteRefused) throw error;
        onError(error);
        await passed(time, pause);
      }
    }
  };
}
