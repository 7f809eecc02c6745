import type { DatabaseSync } from 'node:sqlite';

/** Gives `touched_at` times, in µs: each later than the one before, whatever the machine's clock does. */
export function clockOn(db: DatabaseSync) {
  const newest = db.prepare('select max(touched_at) as last from events where touched_at is not null').get();
  let last = Number(newest?.['last'] ?? 0);
  return {
    /** @param now ms since the epoch */
    touch(now: number): number {
      last = Math.max(last + 1, now * 1000);
      return last;
    },
  };
}
