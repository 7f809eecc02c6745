import type { DatabaseSync } from 'node:sqlite';

/**
 * Gives out row numbers that are never given again, not even after the rows are pruned: the tables'
 * `autoincrement` remembers the highest one.
 */
export function sequenceOn(db: DatabaseSync, table: 'events' | 'executions') {
  const highest = db.prepare('select seq from sqlite_sequence where name = ?');
  const read = () => Number(highest.get(table)?.['seq'] ?? 0);
  let last = read();
  return {
    next(): number {
      last += 1;
      return last;
    },
    /** @returns what takes back all that are given from now on */
    mark(): () => void {
      const given = last;
      return () => {
        last = given;
      };
    },
    /** Others have written to the table. */
    reset(): void {
      last = read();
    },
  };
}
