import type { SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import type { AttemptRow, EventRow, ExecutionRow } from '../../../words/execution.ts';
import type { Ids } from '../../../words/ids.ts';
import { eventStatusOf, executionStatusOf, stage } from '../../stage.ts';

/** A row of the log but for `parkedFor`, which hangs on handlers that the reading thread does not know. */
export interface ReadExecution extends Omit<ExecutionRow, 'parkedFor'> {
  /** Parked behind an earlier execution of its handler and object. */
  readonly blocked: boolean;
}

type Stored = Record<string, SQLOutputValue>;

const numberOrNull = z.number().nullable();
const textOrNull = z.string().nullable();
const headersSchema = z.record(z.string(), z.string());
/** A time in ms, told in ISO 8601. */
export const time = z.number().transform((ms) => new Date(ms).toISOString());
export const timeOrNull = time.nullable();

/** By the columns' names in camel case. */
const storedExecution = z.object({
  seq: z.number(),
  eventSeq: z.number(),
  eventType: z.string(),
  objectId: z.string(),
  handlerId: z.string(),
  handlerNumber: z.number(),
  handlerName: z.string(),
  handlerType: z.enum(['http', 'local', 'flow']),
  priority: z.number(),
  target: textOrNull,
  status: z.number().transform(executionStatusOf),
  blocked: z.number().transform((blocked) => blocked === 1),
  startedAt: timeOrNull,
  durationMs: numberOrNull,
  attempts: z.number(),
  code: numberOrNull,
  response: textOrNull,
  error: textOrNull,
  nextAttemptAt: timeOrNull,
  replayOf: numberOrNull,
});

const storedEvent = z.object({
  seq: z.number(),
  eventType: z.string(),
  objectId: z.string(),
  node: textOrNull,
  stage: z.number(),
  acceptedAt: time,
  touchedAt: numberOrNull,
});

const storedAttempt = z.object({
  attempt: z.number(),
  startedAt: time,
  durationMs: z.number(),
  code: numberOrNull,
  response: textOrNull,
  error: textOrNull,
  requestHeaders: textOrNull.transform(readHeaders),
  responseHeaders: textOrNull.transform(readHeaders),
});

/** Without the columns that only the details need, which may be long. */
export const executionColumns = columnsOf(storedExecution);
export const eventColumns = columnsOf(storedEvent);
export const attemptColumns = columnsOf(storedAttempt);

export function readExecution(stored: Stored, ids: Ids): ReadExecution {
  const { eventSeq, handlerId, handlerNumber, handlerName, handlerType, priority, replayOf, ...row } =
    storedExecution.parse(stored);
  return {
    id: ids.execution(row.seq),
    eventId: ids.event(eventSeq),
    handler: { id: handlerId, number: handlerNumber, name: handlerName, type: handlerType, priority },
    ...row,
    replayOf: replayOf === null ? null : ids.execution(replayOf),
  };
}

export function readEvent(stored: Stored, ids: Ids): EventRow {
  const { stage: at, touchedAt, ...row } = storedEvent.parse(stored);
  // In µs, unlike all other times; what is parked has been touched, but is not settled.
  const settled = at < stage.succeeded || touchedAt === null ? null : Math.floor(touchedAt / 1000);
  return {
    id: ids.event(row.seq),
    status: eventStatusOf(at),
    settledAt: timeOrNull.parse(settled),
    ...row,
  };
}

export function readAttempt(stored: Stored): AttemptRow {
  return storedAttempt.parse(stored);
}

export function readHeaders(stored: SQLOutputValue | undefined): Readonly<Record<string, string>> {
  return typeof stored === 'string' ? headersSchema.parse(JSON.parse(stored)) : {};
}

function columnsOf(stored: z.ZodObject): string {
  return Object.keys(stored.shape)
    .map((name) => `${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} as ${name}`)
    .join(', ');
}
