import type { DatabaseSync } from 'node:sqlite';

/** How many accepted events nobody has taken. Counted once, then kept along. */
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
    /** @returns what takes back all that is added from now on */
    mark(): () => void {
      const before = count;
      return () => {
        count = before;
      };
    },
    /** Others have written to the table. */
    reset(): void {
      count = read();
    },
  };
}
