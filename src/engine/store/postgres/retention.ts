import type { Prune, Pruned } from '../journal.ts';
import type { Query } from './connection.ts';

/** Events that are deleted with one statement, and executions: few more than those. */
const atOnce = 200;
const executionsAtOnce = 1000;
/** So far is counted what is still to be pruned. */
const mostBehind = 5000;

const sql = {
  keys: `delete from idempotency_keys where key in
    (select key from idempotency_keys where at < $1 order by at limit ${atOnce * 5})`,
  oldKeys: `select count(*) as n from (select 1 from idempotency_keys where at < $1 limit ${mostBehind}) old_ones`,
  oldEvents: `select count(*) as n
    from (select 1 from events where stage >= 7 and touched_at < $1 limit ${mostBehind}) old_ones`,
  settled: 'select coalesce(sum(settled), 0)::bigint as n from counters',
  // Whoever lets one of them go again holds its lane meanwhile: those are left for the next time. Rows are named by
  // their keys, so that each table is asked for them once; a sum names no index.
  events: `with old as (
      select seq from events where seq = any(array(
        select seq from (
          select seq, size, sum(size) over (order by touched_at, seq) as total from (
            select seq, touched_at, (select count(*) from executions where event_seq = e.seq) as size from events e
            where stage >= 7 and touched_at < $1 order by touched_at, seq limit $2
          ) first_ones
        ) sized where total - size < ${executionsAtOnce}))
      and (not ordered or pg_try_advisory_xact_lock(hashtextextended($3 || object_key, 0)))
      for update skip locked
    ), of_executions as (
      delete from executions where event_seq = any(array(select seq from old)) returning seq
    ), of_attempts as (
      delete from attempts where execution_seq = any(array(select seq from of_executions))
    ), of_askers as (
      delete from askers where execution_seq = any(array(select seq from of_executions))
    ), of_bodies as (
      delete from bodies where seq = any(array(select seq from old))
    ), of_events as (
      delete from events where seq = any(array(select seq from old)) and stage + 0 >= 7 returning 1
    ), counted as (
      insert into counters(id, waiting, settled) select $4, 0, -count(*) from of_events
      on conflict(id) do update set settled = counters.settled + excluded.settled
    ) select count(*)::integer as n from of_events`,
};

/**
 * Deletes settled events, the one first that was touched longest ago, with all that belongs to them; and idempotency
 * keys by their age only. In small steps, each a transaction of its own.
 * @param counter its own, so that nobody waits for it to count
 * @param clock in ms; never jumps
 */
export function retentionOn(
  query: Query,
  lockSeed: string,
  counter: number,
  clock = () => performance.now(),
) {
  async function prune({ settledBefore, keepSettled, keysBefore, forMs }: Prune): Promise<Pruned> {
    const began = clock();
    const hasTime = () => clock() - began < forMs;
    const before = settledBefore === null ? 0 : settledBefore * 1000;
    await query(sql.keys, [keysBefore]);
    let pruned = await deleteEvents(before, Number.POSITIVE_INFINITY, hasTime);
    const surplus = keepSettled === null ? 0 : Math.max(0, (await counted(sql.settled)) - keepSettled);
    const ofSurplus = await deleteEvents(Number.MAX_SAFE_INTEGER, surplus, hasTime);
    pruned += ofSurplus;
    const old = (await counted(sql.oldEvents, before)) + (await counted(sql.oldKeys, keysBefore));
    const behind = Math.min(mostBehind, old + surplus - ofSurplus);
    return { pruned, behind, more: behind > 0, ms: clock() - began };
  }

  /** One batch at least, so that every step gets on. */
  async function deleteEvents(before: number, most: number, hasTime: () => boolean): Promise<number> {
    let deleted = 0;
    for (let now = 1; now > 0 && deleted < most; deleted += now) {
      now = await counted(sql.events, before, Math.min(atOnce, most - deleted), lockSeed, counter);
      if (!hasTime()) return deleted + now;
    }
    return deleted;
  }

  async function counted(text: string, ...values: unknown[]): Promise<number> {
    const [row] = await query(text, values);
    return Number(row?.['n']);
  }

  return { prune };
}
