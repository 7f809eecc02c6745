import type { Announcements } from './announcements.ts';
import { executionsOn } from './executions.ts';
import { lanesOn } from './lanes.ts';
import type { Rows } from './rows.ts';

/** What a journal is kept in, as its operations need it. */
export interface Kept {
  readonly rows: Rows;
  /** What the operations make runnable. */
  readonly work: Announcements;
  readonly clock: TouchClock;
  /**
   * Does a part, or, if it fails for a reason of its own, `otherwise` in its place: nothing of the part is kept then.
   * @throws what the disk or the file is to blame for
   */
  isolated<T>(part: () => T, otherwise: (error: unknown) => T): T;
}

export interface TouchClock {
  /**
   * A time for `touchedAt`, later than the one before, whatever the machine's clock does.
   * @param now ms since the epoch
   */
  touch(now: number): number;
}

/** What the operations share. */
export function sharedOn(kept: Kept) {
  const { rows, work } = kept;
  return { ...kept, lanes: lanesOn(rows, work), executions: executionsOn(rows, work) };
}

export type Shared = ReturnType<typeof sharedOn>;
