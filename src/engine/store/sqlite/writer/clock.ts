import type { DatabaseSync } from 'node:sqlite';
import { lastTouchIn } from '../progress-mark.ts';

/** Gives `touched_at` times, in µs: each later than the one before, whatever the machine's clock does. */
export function clockOn(db: DatabaseSync) {
  let last = lastTouchIn(db);
  let written = last;

  /** @param now ms since the epoch */
  function touch(now: number): number {
    last = Math.max(last + 1, now * 1000);
    return last;
  }

  return {
    touch,
    /**
     * The time that a row is written with. Who follows touches finds none before those that he knows: a row that comes
     * late is touched anew.
     */
    writtenWith(touchedAt: number): number {
      written = touchedAt > written ? touchedAt : touch(0);
      return written;
    },
  };
}

export type Clock = ReturnType<typeof clockOn>;
