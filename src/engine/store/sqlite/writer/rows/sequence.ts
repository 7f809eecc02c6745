import type { DatabaseSync } from 'node:sqlite';

/**
 * Gives out row numbers that are never given again, not even after the rows are pruned: the tables'
 * `autoincrement` remembers the highest one. `reset` after a rollback.
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
    reset(): void {
      last = read();
    },
  };
}

export type Sequence = ReturnType<typeof sequenceOn>;
