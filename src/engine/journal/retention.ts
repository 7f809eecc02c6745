import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Prune } from './journal.ts';

/** Settled events that one step counts: a walk along an index, of about a millisecond. */
const countedAtOnce = 50_000;

interface Count {
  readonly settled: number;
  /** `touched_at` of the last one that is counted. */
  readonly upTo: number;
  readonly complete: boolean;
}

/**
 * Deletes settled events, the one first that was touched longest ago, with their executions and attempts; and
 * idempotency keys by their age only. Runs in the caller's transaction and costs what `limit` says, however large the
 * journal is: waiting and parked events are not looked at. The text index finds out by itself.
 * @returns `more`: another step has work to do
 */
export function prune(db: DatabaseSync, request: Prune): { pruned: number; more: boolean } {
  let retention = retentions.get(db);
  if (!retention) {
    retention = new Retention(db);
    retentions.set(db, retention);
  }
  return retention.prune(request);
}

const retentions = new WeakMap<DatabaseSync, Retention>();

class Retention {
  readonly #sql: ReturnType<typeof prepare>;
  /** Goes on from step to step, as long as a bound on the number of events is being enforced. */
  #count: Count | undefined;

  constructor(db: DatabaseSync) {
    this.#sql = prepare(db);
  }

  prune({ settledBefore, keepSettled, keysBefore, limit }: Prune): { pruned: number; more: boolean } {
    const moreKeys = this.#sql.deleteKeys.run(keysBefore, limit).changes === limit;
    const old = settledBefore === null ? 0 : this.#delete(settledBefore * 1000, limit);
    if (old === limit) return { pruned: old, more: true };
    // What has been counted may be among the deleted ones.
    if (old > 0) this.#count = undefined;
    const excess = keepSettled === null ? { pruned: 0, more: false } : this.#bound(keepSettled, limit - old);
    return { pruned: old + excess.pruned, more: moreKeys || excess.more };
  }

  #bound(keep: number, limit: number): { pruned: number; more: boolean } {
    if (Number(this.#sql.span.get()?.['span'] ?? 0) <= keep) return { pruned: 0, more: false };
    this.#count = this.#counted(this.#count);
    const surplus = this.#count.settled - keep;
    const pruned = surplus > 0 ? this.#delete(Number.MAX_SAFE_INTEGER, Math.min(surplus, limit)) : 0;
    const more = !this.#count.complete || surplus > pruned;
    // Later steps begin with a new count: this one does not know of what is settled from now on.
    this.#count = more ? { ...this.#count, settled: this.#count.settled - pruned } : undefined;
    return { pruned, more };
  }

  #counted(count: Count = { settled: 0, upTo: 0, complete: false }): Count {
    if (count.complete) return count;
    const row = this.#sql.count.get(count.upTo, countedAtOnce);
    const further = Number(row?.['n']);
    return {
      settled: count.settled + further,
      upTo: Number(row?.['last'] ?? count.upTo),
      complete: further < countedAtOnce,
    };
  }

  #delete(before: number, limit: number): number {
    const events = this.#sql.oldest.all(before, limit);
    for (const { seq } of events) {
      const event = Number(seq);
      this.#sql.deleteAttempts.run(event);
      this.#sql.deleteExecutions.run(event);
      this.#sql.deleteEvent.run(event);
    }
    return events.length;
  }
}

function prepare(
  db: DatabaseSync,
): Record<
  'deleteKeys' | 'span' | 'count' | 'oldest' | 'deleteAttempts' | 'deleteExecutions' | 'deleteEvent',
  StatementSync
> {
  return {
    deleteKeys: db.prepare(
      'delete from idempotency_keys where key in (select key from idempotency_keys where at < ? order by at limit ?)',
    ),
    span: db.prepare('select (select max(seq) from events) - (select min(seq) from events) + 1 as span'),
    count: db.prepare(
      `select count(*) as n, max(touched_at) as last from
       (select touched_at from events where stage >= 7 and touched_at > ? order by touched_at limit ?)`,
    ),
    oldest: db.prepare(
      'select seq from events where stage >= 7 and touched_at < ? order by touched_at limit ?',
    ),
    deleteAttempts: db.prepare(
      `delete from attempts where execution_seq in
       (select seq from executions indexed by executions_by_event where event_seq = ?)`,
    ),
    deleteExecutions: db.prepare('delete from executions indexed by executions_by_event where event_seq = ?'),
    deleteEvent: db.prepare('delete from events where seq = ?'),
  };
}
