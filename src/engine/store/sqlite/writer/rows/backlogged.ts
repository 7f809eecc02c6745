import type { DatabaseSync } from 'node:sqlite';

/** How many accepted events nobody has taken. Counted once, then kept along; `reset` after a rollback. */
export function backloggedOn(db: DatabaseSync) {
  const counted = db.prepare('select count(*) as n from events where stage < 3');
  const read = () => Number(counted.get()?.['n']);
  let count = read();
  return {
    get count(): number {
      return count;
    },
    add(difference: number): void {
      count += difference;
    },
    reset(): void {
      count = read();
    },
  };
}
