import { stage } from '../stage.ts';
import type { Query } from './connection.ts';
import { addGroups, type KnownGroups } from './known-groups.ts';
import { lockLanes } from './lanes.ts';

const interrupted =
  'Node-RED ended while the handler was being called; whether it took the event is not known';

/** Events that are put back in one transaction. */
const atOnce = 200;

const inHand = `owner = any($1::bigint[]) and stage in (${stage.emitted}, ${stage.running})`;
const isCutOff = `event_seq = any($1::bigint[]) and status = 1 and owner = any($2::bigint[])
  and started_at is not null`;

const sql = {
  events: `select seq from events where ${inHand} limit ${atOnce}`,
  retries: `select event_seq as seq from executions where status = 1 and owner = any($1::bigint[])
    and started_at is not null limit ${atOnce}`,
  attempts: `insert into attempts(execution_seq, attempt, started_at, duration_ms, code, response, error,
    request_headers, response_headers, sent_body, target)
    select seq, attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
    sent_body, case when handler_type = 'http' and request_headers is null then null else target end
    from executions where ${isCutOff} and attempts > 0`,
  handlers: `select distinct handler_id as id from executions where ${isCutOff}`,
  group: `update executions set failure_group = $3 where ${isCutOff} and handler_id = $4`,
  executions: `update executions x set attempts = attempts + 1,
    attempt_started_at = coalesce(attempt_started_at, started_at), duration_ms = 0, code = null, response = null,
    error = $3, request_headers = null, response_headers = null, sent_body = null, next_attempt_at = $4, owner = 0,
    status = case (select stage from events e where e.seq = x.event_seq) when ${stage.running} then 0 else 2 end
    where ${isCutOff}`,
  ready: `update events set stage = ${stage.ready}, owner = 0 where seq = any($1::bigint[])
    and owner = any($2::bigint[]) and stage = ${stage.emitted}`,
  due: `update events set stage = ${stage.due}, owner = 0, next_handler = (
      select handler_id from executions where event_seq = events.seq order by status <> 0, position limit 1
    ) where seq = any($1::bigint[]) and owner = any($2::bigint[]) and stage = ${stage.running}`,
  counts: `with gone as (delete from counters where id = any($1::bigint[]) returning waiting, settled)
    insert into counters(id, waiting, settled) select 0, sum(waiting), sum(settled) from gone having count(*) > 0
    on conflict(id) do update set waiting = counters.waiting + excluded.waiting,
    settled = counters.settled + excluded.settled`,
  beats: 'delete from beats where instance = any($1::bigint[])',
  instances: 'delete from instances where id = any($1::bigint[])',
};

interface Sweep {
  readonly query: Query;
  readonly lockSeed: string;
  readonly groups: KnownGroups;
  /** Ms since the epoch. */
  readonly now: () => number;
}

/**
 * What dead instances left half done is put back to where it goes on from (rule 11). They are forgotten then; what waits
 * for them others go on with (`Members.homes`).
 */
export async function sweep({ query, lockSeed, groups, now }: Sweep, dead: readonly number[]): Promise<void> {
  while (await inTransaction(query, () => putBack(dead)));
  await inTransaction(query, async () => {
    await query(sql.counts, [dead.flatMap((id) => [id, -id])]);
    for (const text of [sql.beats, sql.instances]) await query(text, [dead]);
  });

  /** @returns whether there was something */
  async function putBack(dead: readonly number[]): Promise<boolean> {
    const rows = [...(await query(sql.events, [dead])), ...(await query(sql.retries, [dead]))];
    const events = [...new Set(rows.map(({ seq }) => Number(seq)))];
    if (events.length === 0) return false;
    await query(lockLanes, [[], events, lockSeed, []]);
    await query(sql.attempts, [events, dead]);
    await groupInterrupted(events, dead);
    await query(sql.executions, [events, dead, interrupted, now()]);
    await query(sql.ready, [events, dead]);
    await query(sql.due, [events, dead]);
    return true;
  }

  /** A call that was cut off has failed, too. */
  async function groupInterrupted(events: readonly number[], dead: readonly number[]): Promise<void> {
    const handlers = await query(sql.handlers, [events, dead]);
    const made = handlers.map(({ id }) => groups.of(String(id), null, interrupted));
    if (made.length === 0) return;
    await query(addGroups, [JSON.stringify(made)]);
    for (const { id, handler } of made) await query(sql.group, [events, dead, id, handler]);
  }
}

async function inTransaction<T>(query: Query, work: () => Promise<T>): Promise<T> {
  await query('begin');
  try {
    const done = await work();
    await query('commit');
    return done;
  } catch (error) {
    await query('rollback').catch(() => undefined);
    throw error;
  }
}
