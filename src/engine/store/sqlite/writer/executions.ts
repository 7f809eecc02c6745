import type { DatabaseSync } from 'node:sqlite';
import type { HandlerSnapshot } from '../../../words/handler.ts';
import type { ExecutionChange, Link, StartedExecution, TakenLink } from '../../journal.ts';
import { executionStatusOf, statusCode } from '../../stage.ts';
import { failureGroupsIn } from '../failure-groups.ts';
import { keepAttempts } from '../schema.ts';
import type { Announcements } from './announcements.ts';
import { laneOf, type OfEvent } from './event-rows.ts';
import type { Sequence } from './sequence.ts';

export interface NewExecution {
  readonly seq: number;
  readonly position: number;
  readonly link: Link;
  /** Start it at once; it parks behind an earlier unsettled one of its handler and object. */
  readonly start: boolean;
  readonly replayOf: number | null;
}

/** The rows of executions, and the order of one handler's executions of one object (rule 6). */
export function executionsOn(db: DatabaseSync, seqs: Sequence, work: Announcements) {
  const sql = prepare(db);
  const failureGroupOf = failureGroupsIn(db);

  /** @returns whether it was to start and is parked instead */
  function insert(
    event: OfEvent,
    { seq, position, link, start, replayOf }: NewExecution,
    at: number,
  ): boolean {
    const { handler, stop, target } = link;
    const blocked = start && earlierUnsettled(laneOf(event), handler.id, seq);
    const status = !start ? statusCode.pending : blocked ? statusCode.parked : statusCode.running;
    sql.insert.run(
      seq,
      event.seq,
      position,
      event.eventType,
      event.objectId,
      event.objectKey,
      event.ordered ? 1 : 0,
      handler.id,
      handler.number,
      handler.name,
      handler.type,
      handler.priority,
      stop ? 1 : 0,
      status,
      blocked ? 1 : 0,
      blocked ? at : null,
      target,
      start ? at : null,
      replayOf,
    );
    return blocked;
  }

  /**
   * A new execution in place of one that is settled, and of those that this one has replaced.
   * @param by who asks for it; null: nobody does, or nobody knows
   * @returns its seq
   */
  function replay(event: OfEvent, settled: StoredExecution, at: number, by: string | null = null): number {
    const seq = seqs.next();
    sql.replaced.run(seq, event.seq, settled.position);
    insert(
      event,
      { seq, position: settled.position, link: settled, start: false, replayOf: settled.seq },
      at,
    );
    // What was passed by, or could not be judged, is judged again: the condition may have been mended.
    if (settled.passedBy || settled.unjudged) sql.unjudged.run(seq);
    if (by !== null) sql.asked.run(seq, by);
    return seq;
  }

  /** A new place at the end of a chain; `by` as for a replay. @returns its seq */
  function append(event: OfEvent, position: number, link: Link, at: number, by: string | null): number {
    const seq = seqs.next();
    insert(event, { seq, position, link, start: false, replayOf: null }, at);
    if (by !== null) sql.asked.run(seq, by);
    return seq;
  }

  /** What a handler's condition has made of its place in the chain with the take. */
  function judge(seq: number, { settled, unjudged }: TakenLink, at: number): void {
    if (!settled && !unjudged) return;
    const { status = 'pending', error = null, passedBy = false } = settled ?? {};
    sql.judge.run({
      status: statusCode[status],
      error,
      passedBy: passedBy ? 1 : 0,
      // It can be replayed, and is judged then.
      unjudged: passedBy || status === 'skipped' ? 0 : 1,
      startedAt: settled ? at : null,
      seq,
    });
  }

  /** Its turn has come. @returns whether it is parked instead, behind an earlier one */
  function start(seq: number, handler: string, event: OfEvent, at: number): boolean {
    const blocked = earlierUnsettled(laneOf(event), handler, seq);
    const status = blocked ? statusCode.parked : statusCode.running;
    sql.turn.run({ status, blocked: blocked ? 1 : 0, at, seq });
    return blocked;
  }

  function apply(change: ExecutionChange, event: OfEvent, at: number): void {
    const lane = laneOf(event);
    const { seq, attempt, retries, nextAttemptAt, error, attemptsBefore, passedBy } = change;
    const why = attempt ? attempt.error : change.status === 'failed' ? error : null;
    const group = why ? failureGroupOf(change.handler, attempt?.code ?? null, why) : null;
    const status = statusCode[change.status];
    const parked = status === statusCode.parked;
    const dueAt = parked ? (nextAttemptAt ?? at) : null;
    const blocked = parked && earlierUnsettled(lane, change.handler, seq) ? 1 : 0;
    if (attempt) {
      if (attemptsBefore > 0) sql.keepAttempt.run(seq);
      const { target, startedAt, durationMs, code, response, requestHeaders, responseHeaders } = attempt;
      sql.attempted.run(
        status,
        blocked,
        retries ?? null,
        dueAt,
        target,
        startedAt,
        durationMs,
        code,
        response,
        attempt.error,
        requestHeaders,
        responseHeaders,
        attempt.sentBody ?? null,
        group,
        startedAt,
        seq,
      );
    } else {
      sql.changed.run({
        status,
        blocked,
        dueAt,
        error: error ?? null,
        passedBy: passedBy ? 1 : 0,
        group,
        at,
        seq,
      });
    }
    if (dueAt !== null && !blocked) work.parked(change.handler, dueAt);
    if (status >= statusCode.succeeded && lane !== null) wakeNext(lane, change.handler, at);
  }

  /** The event's chain: of each position the execution that counts. */
  function chain(event: number): StoredExecution[] {
    const byPosition = new Map<number, StoredExecution>();
    for (const row of sql.chain.all(event) as unknown as ChainRow[])
      byPosition.set(row.position, fromRow(row));
    return [...byPosition.values()].sort((a, b) => a.position - b.position);
  }

  /** Executions of these handlers that a later event of their object has made stale (rule 9). */
  function markStale(handlers: readonly string[], objectKey: string): void {
    for (const handler of handlers) {
      sql.markStale.run(handler, objectKey);
      sql.markStaleOrdered.run(objectKey, handler);
    }
  }

  function earlierUnsettled(lane: string | null, handler: string, before: number): boolean {
    return lane !== null && sql.earlier.get(lane, handler, before) !== undefined;
  }

  function wakeNext(lane: string, handler: string, at: number): void {
    const next = sql.next.get(lane, handler) as { seq: number; blocked: number } | undefined;
    if (!next?.blocked) return;
    sql.wake.run(at, next.seq);
    work.parked(handler, at);
  }

  return { insert, append, judge, replay, start, apply, chain, markStale };
}

/** An execution with its place in the chain. */
export interface StoredExecution extends StartedExecution {
  readonly position: number;
}

type Flag = 'stop' | 'blocked' | 'passedBy' | 'unjudged';

type ChainRow = Omit<StoredExecution, 'handler' | 'status' | Flag> &
  HandlerSnapshot &
  Readonly<Record<'status' | Flag, number>>;

function fromRow(row: ChainRow): StoredExecution {
  const { id, number, name, type, priority, stop, status, blocked, passedBy, unjudged, ...rest } = row;
  const handler = { id, number, name, type, priority };
  return {
    ...rest,
    handler,
    stop: stop === 1,
    status: executionStatusOf(status),
    blocked: blocked === 1,
    passedBy: passedBy === 1,
    unjudged: unjudged === 1,
  };
}

function prepare(db: DatabaseSync) {
  return {
    insert: db.prepare(
      `insert into executions(seq, event_seq, position, event_type, object_id, object_key, ordered, handler_id,
       handler_number, handler_name, handler_type, priority, stop, status, blocked, next_attempt_at, target, started_at,
       replay_of) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    earlier: db.prepare(
      `select 1 from executions where object_key = ? and handler_id = ? and seq < ? and status < 3 and ordered = 1 limit 1`,
    ),
    turn: db.prepare(
      `update executions set status = :status, blocked = :blocked, next_attempt_at = iif(:blocked, :at, null),
       started_at = coalesce(started_at, :at) where seq = :seq`,
    ),
    keepAttempt: db.prepare(`${keepAttempts} where seq = ? and attempts > 0`),
    attempted: db.prepare(
      `update executions set status = ?, blocked = ?, retries = coalesce(?, retries), next_attempt_at = ?, target = ?,
       attempt_started_at = ?, duration_ms = ?, attempts = attempts + 1, code = ?, response = ?, error = ?,
       request_headers = ?, response_headers = ?, sent_body = ?, failure_group = ?,
       started_at = coalesce(started_at, ?) where seq = ?`,
    ),
    changed: db.prepare(
      `update executions set status = :status, blocked = :blocked, next_attempt_at = :dueAt,
       error = case when :error is null then error when error is null then :error else :error || '; before: ' || error end,
       passed_by = :passedBy, failure_group = coalesce(:group, failure_group),
       started_at = coalesce(started_at, :at) where seq = :seq`,
    ),
    replaced: db.prepare(
      `update executions indexed by executions_by_event set replayed_as = ? where event_seq = ? and position = ?`,
    ),
    judge: db.prepare(
      `update executions set status = :status, error = :error, passed_by = :passedBy, unjudged = :unjudged,
       started_at = :startedAt where seq = :seq`,
    ),
    unjudged: db.prepare('update executions set unjudged = 1 where seq = ?'),
    asked: db.prepare('insert into askers(execution_seq, by) values(?, ?)'),
    next: db.prepare(
      `select seq, blocked from executions where object_key = ? and handler_id = ? and status < 3 and ordered = 1
       order by seq limit 1`,
    ),
    wake: db.prepare('update executions set blocked = 0, next_attempt_at = ? where seq = ? and status = 2'),
    chain: db.prepare(
      `select position, seq, handler_id as id, handler_number as number, handler_name as name, handler_type as type,
       priority, stop, status, retries, attempts, code, response, error, duration_ms as durationMs,
       started_at as startedAt, next_attempt_at as nextAttemptAt, blocked, target, replay_of as replayOf,
       passed_by as passedBy, unjudged
       from executions where event_seq = ? order by seq`,
    ),
    markStale: db.prepare(
      'update executions set stale = 1 where handler_id = ? and object_key = ? and status = 2',
    ),
    markStaleOrdered: db.prepare(
      'update executions set stale = 1 where object_key = ? and handler_id = ? and status < 3 and ordered = 1',
    ),
  };
}
