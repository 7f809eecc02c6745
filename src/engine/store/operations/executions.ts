import { isUnsettled } from '../../rules/chain.ts';
import type { AttemptRecord, Link } from '../journal/chain.ts';
import type { ExecutionChange, TakenLink } from '../journal/turn.ts';
import type { Announcements } from './announcements.ts';
import {
  type ExecutionPatch,
  type ExecutionRow,
  laneOf,
  type OfEvent,
  type Rows,
  type StoredExecution,
} from './rows.ts';

export interface NewExecution {
  readonly seq: number;
  readonly position: number;
  readonly link: TakenLink;
  /** Start it at once; it parks behind an earlier unsettled one of its handler and object. */
  readonly start: boolean;
  readonly replayOf: number | null;
}

/** An execution that nothing has become of yet. */
export const blankExecution = {
  status: 'pending',
  blocked: false,
  stale: false,
  retries: 0,
  attempts: 0,
  nextAttemptAt: null,
  startedAt: null,
  attemptStartedAt: null,
  durationMs: null,
  code: null,
  response: null,
  error: null,
  requestHeaders: null,
  responseHeaders: null,
  sentBody: null,
  replayOf: null,
  replayedAs: null,
  passedBy: false,
  unjudged: false,
  failureGroup: null,
  delivery: null,
} as const satisfies Partial<ExecutionRow>;

/** The rows of executions, and the order of one handler's executions of one object (rule 6). */
export function executionsOn(rows: Rows, work: Announcements) {
  /** @returns whether it was to start and is parked instead */
  function insert(
    event: OfEvent,
    { seq, position, link, start, replayOf }: NewExecution,
    at: number,
  ): boolean {
    const { handler, stop, target, settled, unjudged = false } = link;
    const blocked = start && earlierUnsettled(laneOf(event), handler.id, seq);
    const { eventType, objectId, objectKey, ordered } = event;
    const starts = start && !unjudged;
    const unsettled = !starts ? 'pending' : blocked ? 'parked' : 'running';
    // What has failed by its condition can be replayed, and is judged then.
    const isToBeJudged = settled ? settled.status === 'failed' && !settled.passedBy : unjudged;
    rows.addExecution({
      ...blankExecution,
      seq,
      event: event.seq,
      position,
      eventType,
      objectId,
      objectKey,
      ordered,
      handler,
      stop,
      target,
      status: settled?.status ?? unsettled,
      blocked,
      nextAttemptAt: blocked ? at : null,
      startedAt: starts || settled ? at : null,
      error: settled?.error ?? null,
      replayOf,
      passedBy: settled?.passedBy ?? false,
      unjudged: isToBeJudged,
    });
    return blocked;
  }

  /**
   * A new execution in place of one that is settled, and of those that this one has replaced.
   * @param by who asks for it; null: nobody does, or nobody knows
   * @returns its seq
   */
  function replay(event: OfEvent, settled: StoredExecution, at: number, by: string | null = null): number {
    const seq = rows.nextExecutionSeq();
    const { position, handler, stop, target } = settled;
    rows.replace(event.seq, position, seq);
    // What was passed by, or could not be judged, is judged again: the condition may have been mended.
    const link = {
      handler,
      stop,
      target,
      ...((settled.passedBy || settled.unjudged) && { unjudged: true as const }),
    };
    insert(event, { seq, position, link, start: false, replayOf: settled.seq }, at);
    if (by !== null) rows.keepAsker(seq, by);
    return seq;
  }

  /** A new place at the end of a chain; `by` as for a replay. @returns its seq */
  function append(event: OfEvent, position: number, link: Link, at: number, by: string | null): number {
    const seq = rows.nextExecutionSeq();
    insert(event, { seq, position, link, start: false, replayOf: null }, at);
    if (by !== null) rows.keepAsker(seq, by);
    return seq;
  }

  /** Its turn has come. @returns whether it is parked instead, behind an earlier one */
  function start(seq: number, handler: string, event: OfEvent, at: number): boolean {
    const blocked = earlierUnsettled(laneOf(event), handler, seq);
    const status = blocked ? 'parked' : 'running';
    const startedAt = known(seq).startedAt ?? at;
    rows.changeExecution(seq, { status, blocked, nextAttemptAt: blocked ? at : null, startedAt });
    return blocked;
  }

  function apply(change: ExecutionChange, event: OfEvent, at: number): void {
    const lane = laneOf(event);
    const { seq, handler, status, attempt, nextAttemptAt } = change;
    const parked = status === 'parked';
    const dueAt = parked ? (nextAttemptAt ?? at) : null;
    const blocked = parked && earlierUnsettled(lane, handler, seq);
    const standing = { status, blocked, nextAttemptAt: dueAt };
    if (attempt) attempted(change, attempt, standing);
    else unattempted(change, standing, at);
    if (dueAt !== null && !blocked) work.parked(handler, dueAt);
    if (!isUnsettled(status) && lane !== null) wakeNext(lane, handler, at);
  }

  function attempted(change: ExecutionChange, attempt: AttemptRecord, standing: ExecutionPatch): void {
    const { seq, handler, retries } = change;
    const { target, startedAt, durationMs, code, response, error, requestHeaders, responseHeaders } = attempt;
    const { attempts, startedAt: begun } = known(seq);
    if (attempts > 0) rows.keepAttempt(seq);
    rows.changeExecution(seq, {
      ...standing,
      ...(retries !== undefined && { retries }),
      target,
      attemptStartedAt: startedAt,
      durationMs,
      attempts: attempts + 1,
      code,
      response,
      error,
      requestHeaders,
      responseHeaders,
      sentBody: attempt.sentBody ?? null,
      failureGroup: error ? rows.failureGroup(handler, code, error) : null,
      startedAt: begun ?? startedAt,
    });
  }

  function unattempted(change: ExecutionChange, standing: ExecutionPatch, at: number): void {
    const { seq, handler, status, error: why, passedBy = false } = change;
    const { startedAt, error: before } = known(seq);
    rows.changeExecution(seq, {
      ...standing,
      ...(why && { error: before === null ? why : `${why}; before: ${before}` }),
      passedBy,
      ...(why && status === 'failed' && { failureGroup: rows.failureGroup(handler, null, why) }),
      startedAt: startedAt ?? at,
    });
  }

  /** The event's chain: of each position the execution that counts. */
  function chain(event: number): StoredExecution[] {
    const byPosition = new Map<number, StoredExecution>();
    for (const one of rows.executionsOf(event)) byPosition.set(one.position, one);
    return [...byPosition.values()].sort((a, b) => a.position - b.position);
  }

  /** Executions of these handlers that a later event of their object has made stale (rule 9). */
  function markStale(handlers: readonly string[], objectKey: string): void {
    for (const handler of handlers) rows.markStale(handler, objectKey);
  }

  function earlierUnsettled(lane: string | null, handler: string, before: number): boolean {
    if (lane === null) return false;
    const first = rows.firstUnsettled(lane, handler);
    return first !== undefined && first.seq < before;
  }

  function wakeNext(lane: string, handler: string, at: number): void {
    const next = rows.firstUnsettled(lane, handler);
    if (!next?.blocked) return;
    rows.changeExecution(next.seq, { blocked: false, nextAttemptAt: at });
    work.parked(handler, at);
  }

  function known(seq: number) {
    const row = rows.execution(seq);
    if (!row) throw new Error(`execution ${seq} is gone`);
    return row;
  }

  return { insert, append, replay, start, apply, chain, markStale };
}
