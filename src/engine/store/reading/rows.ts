import { z } from 'zod';
import type { ExecutionDetails } from '../../words/admin-answers.ts';
import type { AttemptRow, EventRow, ExecutionRow } from '../../words/execution.ts';
import { handlerTypes } from '../../words/handler-settings.ts';
import type { Ids } from '../../words/ids.ts';
import { eventStatusOf, executionStatusOf, stage } from '../stage.ts';
import { calledTarget } from './called-target.ts';
import { searchedPart } from './text-document.ts';

/** A row of the log but for `parkedFor`, which hangs on handlers that are not known here. */
export interface ReadExecution extends Omit<ExecutionRow, 'parkedFor'> {
  /** Parked behind an earlier execution of its handler and object. */
  readonly blocked: boolean;
}

/** As `ExecutionDetails`, but for the same. */
export type ReadDetails = ReadExecution & Omit<ExecutionDetails, keyof ReadExecution | 'parkedFor'>;

const numberOrNull = z.number().nullable();
const textOrNull = z.string().nullable();
/** SQLite knows no truth values, but numbers. */
const flag = z.union([z.boolean(), z.number()]).transform(Boolean);

const storedExecution = z.object({
  seq: z.number(),
  event_seq: z.number(),
  event_type: z.string(),
  object_id: z.string(),
  handler_id: z.string(),
  handler_number: z.number(),
  handler_name: z.string(),
  handler_type: z.enum(handlerTypes),
  priority: z.number(),
  status: z.number(),
  blocked: flag,
  next_attempt_at: numberOrNull,
  target: textOrNull,
  started_at: numberOrNull,
  duration_ms: numberOrNull,
  attempts: z.number(),
  code: numberOrNull,
  response: textOrNull,
  error: textOrNull,
  replay_of: numberOrNull,
  replayed_as: numberOrNull,
  passed_by: flag,
  delivery: numberOrNull,
});

const shownExecution = storedExecution.extend({ replayed_status: numberOrNull });

const storedEvent = z.object({
  seq: z.number(),
  event_type: z.string(),
  object_id: z.string(),
  node: textOrNull,
  stage: z.number(),
  accepted_at: z.number(),
  touched_at: numberOrNull,
});

/** Without the columns that only the details need, which may be long. */
export const executionColumns = `${columnsOf(storedExecution)},
  (select later.status from executions as later where later.seq = executions.replayed_as) as replayed_status`;
export const detailColumns = `${executionColumns}, request_headers, response_headers, sent_body,
  (select by from askers where execution_seq = executions.seq) as asker`;
export const eventColumns = columnsOf(storedEvent);

/** The execution's row holds the last attempt; one that is being made is not told of yet. */
export const attemptsOf = `select attempt, started_at, duration_ms, code, response, error, request_headers, response_headers,
  sent_body, target from attempts where execution_seq = :seq
  union all select attempts, attempt_started_at, duration_ms, code, response, error, request_headers, response_headers,
  sent_body, ${calledTarget} from executions where seq = :seq and attempts > 0 and attempt_started_at is not null and duration_ms is not null
  order by attempt`;

const storedAttempt = z.object({
  attempt: z.number(),
  started_at: z.number(),
  duration_ms: z.number(),
  code: numberOrNull,
  response: textOrNull,
  error: textOrNull,
  request_headers: textOrNull,
  response_headers: textOrNull,
  sent_body: textOrNull,
  target: textOrNull,
});

/** A row as it is stored, by column. */
export type Stored = Readonly<Record<string, unknown>>;

export function readExecution(stored: Stored, ids: Ids): ReadExecution {
  const row = shownExecution.parse(stored);
  const { replayed_as: replayedAs } = row;
  return {
    id: ids.execution(row.seq),
    seq: row.seq,
    eventId: ids.event(row.event_seq),
    eventType: row.event_type,
    objectId: row.object_id,
    handler: {
      id: row.handler_id,
      number: row.handler_number,
      name: row.handler_name,
      type: row.handler_type,
      priority: row.priority,
    },
    target: row.target,
    status: executionStatusOf(row.status),
    blocked: row.blocked,
    startedAt: isoOrNull(row.started_at),
    durationMs: row.duration_ms,
    attempts: row.attempts,
    code: row.code,
    response: row.response,
    error: row.error,
    nextAttemptAt: isoOrNull(row.next_attempt_at),
    replayOf: row.replay_of === null ? null : ids.execution(row.replay_of),
    replayedAs:
      replayedAs === null
        ? null
        : { id: ids.execution(replayedAs), status: executionStatusOf(row.replayed_status ?? 0) },
    ...(row.delivery !== null && { deliveredLater: true as const }),
    ...(row.passed_by && { passedBy: true as const }),
  };
}

/** @param stored with `request` and the columns of the details */
export function readDetails(stored: Stored, attempts: readonly Stored[], ids: Ids): ReadDetails {
  return {
    ...readExecution(stored, ids),
    request: String(stored['request'] ?? ''),
    by: typeof stored['asker'] === 'string' ? stored['asker'] : null,
    sentBody: typeof stored['sent_body'] === 'string' ? stored['sent_body'] : null,
    searchedInPart: (['request', 'response', 'error'] as const).filter((text) =>
      isLonger(String(stored[text] ?? ''), searchedPart),
    ),
    requestHeaders: readHeaders(stored['request_headers']),
    responseHeaders: readHeaders(stored['response_headers']),
    attemptList: attempts.map(readAttempt),
  };
}

export function readEvent(stored: Stored, ids: Ids): EventRow {
  const row = storedEvent.parse(stored);
  return {
    id: ids.event(row.seq),
    seq: row.seq,
    eventType: row.event_type,
    objectId: row.object_id,
    status: eventStatusOf(row.stage),
    acceptedAt: iso(row.accepted_at),
    // In µs, unlike all other times; what is parked has been touched, but is not settled.
    settledAt: isoOrNull(
      row.stage < stage.succeeded || row.touched_at === null ? null : Math.floor(row.touched_at / 1000),
    ),
    node: row.node,
  };
}

function readAttempt(stored: Stored): AttemptRow {
  const row = storedAttempt.parse(stored);
  return {
    attempt: row.attempt,
    startedAt: iso(row.started_at),
    durationMs: row.duration_ms,
    code: row.code,
    response: row.response,
    error: row.error,
    requestHeaders: readHeaders(row.request_headers),
    responseHeaders: readHeaders(row.response_headers),
    sentBody: row.sent_body,
    target: row.target,
  };
}

const headersSchema = z.record(z.string(), z.string());

function readHeaders(stored: unknown): Readonly<Record<string, string>> {
  return typeof stored === 'string' ? headersSchema.parse(JSON.parse(stored)) : {};
}

/** Than so many characters, of which a few take two places in a string. */
function isLonger(text: string, characters: number): boolean {
  return text.length > characters && [...text].length > characters;
}

function columnsOf(stored: z.ZodObject): string {
  return Object.keys(stored.shape).join(', ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
