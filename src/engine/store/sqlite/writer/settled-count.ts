import type { DatabaseSync } from 'node:sqlite';

/**
 * How many settled events the journal has. They are counted once, in portions along an index, in the order they were
 * last touched; from then on only what has been touched since is counted. Its state is rolled back with the caller's
 * transaction.
 */
export function settledCountOn(db: DatabaseSync) {
  // What is settled already leaves what has been counted when it is replayed, and is counted anew once it is settled.
  db.exec(`
    create temp table settled_count(settled integer not null, up_to integer not null);
    insert into settled_count values(0, 0);
    create temp trigger leaves_settled after update of stage, touched_at on main.events
      when old.stage >= 7 and old.touched_at <= (select up_to from settled_count)
        and (new.stage < 7 or new.touched_at > (select up_to from settled_count))
      begin update settled_count set settled = settled - 1; end;
    create temp trigger pruned after delete on main.events
      when old.stage >= 7 and old.touched_at <= (select up_to from settled_count)
      begin update settled_count set settled = settled - 1; end;
  `);
  const sql = {
    state: db.prepare('select settled, up_to from settled_count'),
    further: db.prepare(
      `select count(*) as n, max(touched_at) as last from
       (select touched_at from events where stage >= 7 and touched_at > ? order by touched_at limit ?)`,
    ),
    save: db.prepare('update settled_count set settled = settled + ?, up_to = ?'),
  };
  return {
    /** Settled events that have been counted and are still there. */
    get counted(): number {
      return Number(sql.state.get()?.['settled']);
    },
    /**
     * Counts up to `batchSize` further ones.
     * @returns whether all are counted
     */
    advance(batchSize: number): boolean {
      const row = sql.further.get(Number(sql.state.get()?.['up_to']), batchSize);
      const further = Number(row?.['n']);
      if (further > 0) sql.save.run(further, Number(row?.['last']));
      return further < batchSize;
    },
  };
}
