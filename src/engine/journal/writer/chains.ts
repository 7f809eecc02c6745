import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { turnOf } from '../../chain.ts';
import type {
  ExecutionChange,
  Link,
  NewEvent,
  StartedEvent,
  StartedExecution,
  Step,
  Stepped,
  Take,
  Taken,
} from '../journal.ts';
import { executionStatusOf, type Stage, stage, statusCode } from '../stage.ts';
import type { Acceptance } from './accept.ts';
import type { Backlogged } from './backlogged.ts';
import type { Clock } from './clock.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';

interface TakenFrom {
  seq: number;
  stage: Stage;
  eventType: string;
  objectId: string;
  objectKey: string;
  ordered: boolean | number;
}

const mayBeTaken: ReadonlySet<Stage> = new Set([stage.behind, stage.ready, stage.emitted, stage.unclaimed]);

/** Takes events and carries their chains on (rules 2, 4, 5 and 6). */
export class Chains {
  readonly #lanes: Lanes;
  readonly #acceptance: Acceptance;
  readonly #executions: Sequence;
  readonly #clock: Clock;
  readonly #waiting: Backlogged;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(
    db: DatabaseSync,
    lanes: Lanes,
    acceptance: Acceptance,
    executions: Sequence,
    clock: Clock,
    waiting: Backlogged,
  ) {
    this.#waiting = waiting;
    this.#lanes = lanes;
    this.#acceptance = acceptance;
    this.#executions = executions;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  take(take: Take): Taken {
    const from = typeof take.event === 'number' ? this.#find(take.event) : this.#insert(take.event);
    if (!from || !mayBeTaken.has(from.stage)) return { outcome: 'already' };
    const { changed, links, executor, at } = take;
    const { seq } = from;
    if (from.stage < stage.queued) this.#waiting.add(-1);
    const { eventType, objectId, objectKey, ordered } = changed ?? from;
    if (changed) this.#sql.change.run(eventType, objectId, objectKey, ordered ? 1 : 0, changed.payload, seq);
    if (ordered && from.stage !== stage.emitted) this.#lanes.holdBack(objectKey);

    const firstExecution = this.#executions.next();
    const to =
      links.length === 0 ? stage.unhandled : this.#stageOnTake(seq, ordered ? objectKey : null, take.start);
    const nextHandler = to === stage.due || to === stage.queued ? (links[0]?.handler.id ?? null) : null;
    const touchedAt = links.length === 0 ? this.#clock.touch(at) : null;
    this.#sql.take.run(to, firstExecution, executor, nextHandler, links.length, touchedAt, seq);
    const blocked = this.#insertChain(
      links,
      { seq, eventType, objectId, objectKey, ordered },
      firstExecution,
      to === stage.running,
      at,
    );

    const left = from.ordered && (from.objectKey !== objectKey || !ordered || links.length === 0);
    const released = left ? this.#lanes.release(from.objectKey, take.emit) : {};
    return { outcome: 'taken', seq, stage: to, firstExecution, blocked, released };
  }

  step(step: Step): Stepped {
    const lane = step.ordered ? step.objectKey : null;
    for (const change of step.changes) this.#apply(change, lane, step.at);
    const blocked = step.start ? this.#startExecution(step.start, lane, step.at) : false;
    if (step.stage === undefined) return { blocked, released: {} };
    const left = step.stage > stage.running;
    this.#sql.setStage.run(
      step.stage,
      step.nextHandler ?? null,
      left ? this.#clock.touch(step.at) : null,
      step.event,
    );
    return { blocked, released: left && lane !== null ? this.#lanes.release(lane, step.emit) : {} };
  }

  startNext(handler: string, limit: number, at: number): StartedEvent[] {
    return this.#sql.due.all(handler, limit).map((row) => this.#startEvent(row as unknown as DueRow, at));
  }

  #find(seq: number): TakenFrom | undefined {
    return this.#sql.find.get(seq) as unknown as TakenFrom | undefined;
  }

  #insert(event: NewEvent): TakenFrom {
    const { eventType, objectId, objectKey, ordered } = event;
    return { ...this.#acceptance.insert(event, false), eventType, objectId, objectKey, ordered };
  }

  #stageOnTake(seq: number, lane: string | null, start: boolean): Stage {
    if (lane !== null && this.#sql.takenBefore.get(lane, seq)) return stage.queued;
    return start ? stage.running : stage.due;
  }

  #insertChain(
    links: readonly Link[],
    event: Omit<TakenFrom, 'stage'>,
    first: number,
    start: boolean,
    at: number,
  ): boolean {
    let blocked = false;
    for (const [position, { handler, stop, target }] of links.entries()) {
      const seq = position === 0 ? first : this.#executions.next();
      const starts = start && position === 0;
      blocked ||= starts && this.#earlierUnsettled(event.ordered ? event.objectKey : null, handler.id, seq);
      const status = !starts ? statusCode.pending : blocked ? statusCode.parked : statusCode.running;
      this.#sql.insertExecution.run(
        seq,
        event.seq,
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
        starts && blocked ? 1 : 0,
        target,
        starts ? at : null,
      );
    }
    return blocked;
  }

  #earlierUnsettled(lane: string | null, handler: string, before: number): boolean {
    return lane !== null && this.#sql.earlier.get(lane, handler, before) !== undefined;
  }

  #startExecution(
    { seq, handler }: { seq: number; handler: string },
    lane: string | null,
    at: number,
  ): boolean {
    const blocked = this.#earlierUnsettled(lane, handler, seq);
    this.#sql.turn.run(blocked ? statusCode.parked : statusCode.running, blocked ? 1 : 0, at, seq);
    return blocked;
  }

  #apply(change: ExecutionChange, lane: string | null, at: number): void {
    const { seq, attempt, retries, nextAttemptAt, error, attemptsBefore } = change;
    const status = statusCode[change.status];
    if (attempt) {
      if (attemptsBefore > 0) this.#sql.keepAttempt.run(seq);
      this.#sql.attempted.run(
        status,
        retries ?? null,
        nextAttemptAt ?? null,
        attempt.target,
        attempt.startedAt,
        attempt.durationMs,
        attempt.code,
        attempt.response,
        attempt.error,
        attempt.requestHeaders,
        attempt.responseHeaders,
        attempt.startedAt,
        seq,
      );
    } else {
      const parked = status === statusCode.parked;
      const blocked = parked && this.#earlierUnsettled(lane, change.handler, seq);
      this.#sql.changed.run(
        status,
        blocked ? 1 : 0,
        parked ? (nextAttemptAt ?? at) : null,
        error ?? null,
        at,
        seq,
      );
    }
    if (status >= statusCode.succeeded && lane !== null) this.#wakeNext(lane, change.handler, at);
  }

  /** The next execution of the same handler and object, if it is parked for order, may run now (rule 6). */
  #wakeNext(lane: string, handler: string, at: number): void {
    const next = this.#sql.next.get(lane, handler) as { seq: number; blocked: number } | undefined;
    if (next?.blocked) this.#sql.wake.run(at, next.seq);
  }

  #startEvent({ first, count, ordered, ...event }: DueRow, at: number): StartedEvent {
    const executions = this.#sql.chain
      .all(first, first + count - 1)
      .map((row) => startedExecution(row as unknown as ChainRow));
    const turn = turnOf(executions);
    const next = turn === undefined ? undefined : executions[turn];
    if (turn !== undefined && next) {
      const blocked = this.#startExecution(
        { seq: next.seq, handler: next.handler.id },
        ordered ? event.objectKey : null,
        at,
      );
      executions[turn] = { ...next, status: blocked ? 'parked' : 'running' };
    }
    this.#sql.setStage.run(stage.running, null, null, event.seq);
    return { ...event, ordered: ordered === 1, executions };
  }
}

type DueRow = Omit<StartedEvent, 'executions' | 'ordered'> & {
  ordered: number;
  first: number;
  count: number;
};

interface ChainRow {
  seq: number;
  id: string;
  number: number;
  name: string;
  type: 'http' | 'local' | 'flow';
  priority: number;
  stop: number;
  status: number;
  retries: number;
  attempts: number;
  code: number | null;
  response: string | null;
  error: string | null;
  durationMs: number | null;
}

function startedExecution(row: ChainRow): StartedExecution {
  const { id, number, name, type, priority, stop, status, ...rest } = row;
  return {
    ...rest,
    handler: { id, number, name, type, priority },
    stop: stop === 1,
    status: executionStatusOf(status),
  };
}

function prepare(
  db: DatabaseSync,
): Record<
  | 'find'
  | 'change'
  | 'take'
  | 'takenBefore'
  | 'insertExecution'
  | 'earlier'
  | 'turn'
  | 'keepAttempt'
  | 'attempted'
  | 'changed'
  | 'next'
  | 'wake'
  | 'setStage'
  | 'due'
  | 'chain',
  StatementSync
> {
  return {
    find: db.prepare(
      `select seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered
       from events where seq = ?`,
    ),
    change: db.prepare(
      'update events set event_type = ?, object_id = ?, object_key = ?, ordered = ?, payload = ? where seq = ?',
    ),
    take: db.prepare(
      `update events set stage = ?, turn = ?, executor = ?, next_handler = ?, executions = ?, touched_at = ? where seq = ?`,
    ),
    takenBefore: db.prepare(
      `select 1 from events where object_key = ? and stage >= 3 and stage < 6 and ordered = 1 and seq <> ? limit 1`,
    ),
    insertExecution: db.prepare(
      `insert into executions(seq, event_seq, event_type, object_id, object_key, ordered, handler_id, handler_number, handler_name,
       handler_type, priority, stop, status, blocked, target, started_at) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    earlier: db.prepare(
      `select 1 from executions where object_key = ? and handler_id = ? and seq < ? and status < 3 and ordered = 1 limit 1`,
    ),
    turn: db.prepare(
      `update executions set status = ?, blocked = ?, next_attempt_at = iif(?2, ?3, null),
       started_at = coalesce(started_at, ?3) where seq = ?4`,
    ),
    keepAttempt: db.prepare(
      `insert into attempts select seq, attempts, attempt_started_at, duration_ms, code, response, error, request_headers,
       response_headers from executions where seq = ? and attempts > 0`,
    ),
    attempted: db.prepare(
      `update executions set status = ?, blocked = 0, retries = coalesce(?, retries), next_attempt_at = ?, target = ?,
       attempt_started_at = ?, duration_ms = ?, attempts = attempts + 1, code = ?, response = ?, error = ?,
       request_headers = ?, response_headers = ?, started_at = coalesce(started_at, ?) where seq = ?`,
    ),
    changed: db.prepare(
      `update executions set status = ?, blocked = ?, next_attempt_at = ?, error = coalesce(?, error),
       started_at = coalesce(started_at, ?) where seq = ?`,
    ),
    next: db.prepare(
      `select seq, blocked from executions where object_key = ? and handler_id = ? and status < 3 and ordered = 1
       order by seq limit 1`,
    ),
    wake: db.prepare('update executions set blocked = 0, next_attempt_at = ? where seq = ?'),
    setStage: db.prepare('update events set stage = ?, next_handler = ?, touched_at = ? where seq = ?'),
    due: db.prepare(
      `select seq, event_type as eventType, object_id as objectId, object_key as objectKey, ordered, payload, executor,
       turn as first, executions as count from events where stage = 4 and next_handler = ? order by turn limit ?`,
    ),
    chain: db.prepare(
      `select seq, handler_id as id, handler_number as number, handler_name as name, handler_type as type, priority, stop,
       status, retries, attempts, code, response, error, duration_ms as durationMs
       from executions where seq between ? and ? order by seq`,
    ),
  };
}
