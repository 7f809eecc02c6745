import type { DatabaseSync } from 'node:sqlite';
import type { Work } from '../../journal/work.ts';
import type { Found } from '../../journal.ts';
import { failureGroupsIn } from '../failure-groups.ts';
import { keepAttempts } from '../schema.ts';

const interrupted =
  'Node-RED ended while the handler was being called; whether it took the event is not known';

/**
 * What a stop or crash left half done is put back to where it goes on from (rule 11): emitted events are ready
 * again, events in their first pass are due, and a call that was on its way is kept as an interrupted attempt.
 */
export function recover(db: DatabaseSync, now: number): { readonly found: Found; readonly work: Work } {
  db.exec('begin immediate');
  db.exec(`${keepAttempts} where status = 1 and started_at is not null and attempts > 0`);
  groupInterrupted(db);
  // Of an event in its first pass it is the turn again; of a parked one the next attempt is due.
  db.prepare(
    `update executions set attempts = attempts + 1, attempt_started_at = coalesce(attempt_started_at, started_at),
     duration_ms = 0, code = null, response = null, error = ?, request_headers = null, response_headers = null,
     sent_body = null,
     next_attempt_at = ?, status = case (select stage from events where events.seq = event_seq) when 5 then 0 else 2 end
     where status = 1 and started_at is not null`,
  ).run(interrupted, now);
  // The clock was set back meanwhile: what waits keeps its delay from now on; without an attempt it had none.
  db.prepare(
    `update executions set attempt_started_at = :now - duration_ms,
     next_attempt_at = :now + max(0, next_attempt_at - coalesce(attempt_started_at + duration_ms, next_attempt_at))
     where status = 2 and coalesce(attempt_started_at + duration_ms, next_attempt_at) > :now + 1000`,
  ).run({ now });
  db.exec(`
    update events set stage = 1 where stage = 2;
    update events set stage = 4, next_handler = (
      select handler_id from executions where event_seq = events.seq order by status <> 0, position limit 1
    ) where stage = 5;
    commit;
  `);
  return { found: foundIn(db), work: workIn(db) };
}

function groupInterrupted(db: DatabaseSync): void {
  const groupOf = failureGroupsIn(db);
  const running = 'status = 1 and started_at is not null';
  const group = db.prepare(`update executions set failure_group = ? where ${running} and +handler_id = ?`);
  const handlers = db.prepare(`select distinct handler_id as id from executions where ${running}`).all();
  for (const { id } of handlers) group.run(groupOf(String(id), null, interrupted), String(id));
}

function foundIn(db: DatabaseSync): Found {
  const circuits = db.prepare('select handler_id as handler, state, since, error from circuits').all();
  const replays = db
    .prepare(
      "select id, kind, filter, rate as ratePerSecond, until, up_to as upTo, cursor from bulk_replays where state = 'running' order by id",
    )
    .all();
  const alarms = db.prepare('select watch, key, alarm from alarms').all();
  return {
    circuits: circuits as unknown as Found['circuits'],
    replays: replays as unknown as Found['replays'],
    alarms: alarms as unknown as Found['alarms'],
  };
}

/** Who looks for it learns how much there is, and when parked executions are due. */
function workIn(db: DatabaseSync): Work {
  const due = 'select min(next_handler) as value from events where stage = 4 and next_handler > ?';
  const parked = 'select min(handler_id) as value from executions where status = 2 and handler_id > ?';
  return {
    emitted: [],
    ready: true,
    due: distinct(db, due),
    parked: distinct(db, parked).map((handler) => ({ handler, at: 0 })),
  };
}

/** Steps from value to value along an index, instead of reading all of it. */
function distinct(db: DatabaseSync, sql: string): string[] {
  const next = db.prepare(sql);
  const values: string[] = [];
  for (;;) {
    const value = next.get(values.at(-1) ?? '')?.['value'];
    if (typeof value !== 'string') return values;
    values.push(value);
  }
}
