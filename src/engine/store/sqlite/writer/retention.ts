import type { DatabaseSync } from 'node:sqlite';
import type { Prune, Pruned } from '../../journal.ts';
import { touchKeptOn } from '../progress-mark.ts';
import { settledCountOn } from './settled-count.ts';

/** What is done between two looks at the clock: rows counted, or rows deleted, in about half a millisecond. */
const countedAtOnce = 10_000;
const deletedAtOnce = 16;
/** So far is counted what is still to be pruned. */
const mostBehind = 5000;

/**
 * Deletes settled events, the one first that was touched longest ago, with their executions and attempts; and
 * idempotency keys by their age only. Runs in the caller's transaction and takes as long as it is told, however large
 * the journal is: waiting and parked events are not looked at. The text index finds out by itself.
 * @param clock in ms; never jumps
 */
export function retentionOn(db: DatabaseSync, clock = () => performance.now()) {
  const sql = {
    deleteKeys: db.prepare(
      'delete from idempotency_keys where key in (select key from idempotency_keys where at < ? order by at limit ?)',
    ),
    oldKeys: db.prepare(
      `select count(*) as n from (select 1 from idempotency_keys where at < ? limit ${mostBehind})`,
    ),
    span: db.prepare('select (select max(seq) from events) - (select min(seq) from events) + 1 as span'),
    oldest: db.prepare(
      'select seq from events where stage >= 7 and touched_at < ? order by touched_at limit ?',
    ),
    oldEvents: db.prepare(
      `select count(*) as n from (select 1 from events where stage >= 7 and touched_at < ? limit ${mostBehind})`,
    ),
    deleteAttempts: db.prepare(
      `delete from attempts where execution_seq in
       (select seq from executions indexed by executions_by_event where event_seq = ?)`,
    ),
    anyAsker: db.prepare('select 1 from askers limit 1'),
    deleteAskers: db.prepare(
      `delete from askers where execution_seq in
       (select seq from executions indexed by executions_by_event where event_seq = ?)`,
    ),
    deleteExecutions: db.prepare('delete from executions indexed by executions_by_event where event_seq = ?'),
    deleteEvent: db.prepare('delete from events where seq = ?'),
  };
  const count = settledCountOn(db);
  const keepTouch = touchKeptOn(db);

  function prune({ settledBefore, keepSettled, keysBefore, forMs }: Prune): Pruned {
    const began = clock();
    const hasTime = () => clock() - began < forMs;
    const before = settledBefore === null ? 0 : settledBefore * 1000;
    deleteKeys(keysBefore, hasTime);
    let pruned = deleteEvents(before, Number.POSITIVE_INFINITY, hasTime);
    const excess = keepSettled === null ? { surplus: 0, counted: true } : excessOver(keepSettled, hasTime);
    const ofExcess = deleteEvents(Number.MAX_SAFE_INTEGER, excess.surplus, hasTime);
    pruned += ofExcess;
    const old = Number(sql.oldEvents.get(before)?.['n']) + Number(sql.oldKeys.get(keysBefore)?.['n']);
    const behind = Math.min(mostBehind, old + excess.surplus - ofExcess);
    return { pruned, behind, more: behind > 0 || !excess.counted, ms: clock() - began };
  }

  /** How many settled events there are too many, as far as they have been counted. */
  function excessOver(keep: number, hasTime: () => boolean): { surplus: number; counted: boolean } {
    // Fewer numbers have been given than are kept: nothing needs to be counted.
    if (Number(sql.span.get()?.['span'] ?? 0) <= keep) return { surplus: 0, counted: true };
    let counted = count.advance(countedAtOnce);
    while (!counted && hasTime()) counted = count.advance(countedAtOnce);
    return { surplus: Math.max(0, count.counted - keep), counted };
  }

  function deleteKeys(before: number, hasTime: () => boolean): void {
    while (Number(sql.deleteKeys.run(before, deletedAtOnce).changes) === deletedAtOnce && hasTime()) {}
  }

  /** One batch at least, so that every step gets on. */
  function deleteEvents(before: number, most: number, hasTime: () => boolean): number {
    // Where nobody has asked for anything, which is usual, no event is looked at for it.
    const hasAskers = sql.anyAsker.get() !== undefined;
    let deleted = 0;
    do {
      const events = sql.oldest.all(before, Math.min(deletedAtOnce, most - deleted));
      if (events.length === 0) break;
      keepTouch(Number(events.at(-1)?.['seq']));
      for (const { seq } of events) {
        const event = Number(seq);
        sql.deleteAttempts.run(event);
        if (hasAskers) sql.deleteAskers.run(event);
        sql.deleteExecutions.run(event);
        sql.deleteEvent.run(event);
      }
      deleted += events.length;
    } while (hasTime());
    return deleted;
  }

  return { prune };
}
