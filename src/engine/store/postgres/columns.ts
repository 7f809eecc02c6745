import type { EventRow, ExecutionRow, StoredExecution } from '../operations/rows.ts';

/** Columns by property, with their types. */
export const eventColumns = {
  seq: 'seq bigint',
  eventType: 'event_type text',
  objectId: 'object_id text',
  objectKey: 'object_key text',
  ordered: 'ordered boolean',
  node: 'node text',
  stage: 'stage smallint',
  turn: 'turn bigint',
  acceptedAt: 'accepted_at bigint',
  touchedAt: 'touched_at bigint',
  executor: 'executor text',
  nextHandler: 'next_handler text',
  hops: 'hops integer',
  home: 'home bigint',
  owner: 'owner bigint',
} as const satisfies Readonly<Record<keyof Omit<EventRow, 'payload'> | 'home' | 'owner', string>>;

export const handlerColumns = {
  id: 'handler_id text',
  number: 'handler_number integer',
  name: 'handler_name text',
  type: 'handler_type text',
  priority: 'priority integer',
} as const satisfies Readonly<Record<keyof ExecutionRow['handler'], string>>;

export const executionColumns = {
  seq: 'seq bigint',
  event: 'event_seq bigint',
  position: 'position integer',
  eventType: 'event_type text',
  objectId: 'object_id text',
  objectKey: 'object_key text',
  ordered: 'ordered boolean',
  stop: 'stop boolean',
  status: 'status smallint',
  blocked: 'blocked boolean',
  stale: 'stale boolean',
  unjudged: 'unjudged boolean',
  passedBy: 'passed_by boolean',
  retries: 'retries integer',
  attempts: 'attempts integer',
  nextAttemptAt: 'next_attempt_at bigint',
  target: 'target text',
  startedAt: 'started_at bigint',
  attemptStartedAt: 'attempt_started_at bigint',
  durationMs: 'duration_ms double precision',
  code: 'code bigint',
  response: 'response text',
  error: 'error text',
  requestHeaders: 'request_headers text',
  responseHeaders: 'response_headers text',
  sentBody: 'sent_body text',
  replayOf: 'replay_of bigint',
  replayedAs: 'replayed_as bigint',
  failureGroup: 'failure_group bigint',
  delivery: 'delivery bigint',
  owner: 'owner bigint',
} as const satisfies Readonly<Record<keyof Omit<ExecutionRow, 'handler'> | 'owner', string>>;

export function columnName(column: string): string {
  return column.slice(0, column.indexOf(' '));
}

/** `column as "property"` of each. @param properties default: all */
export function selected(
  columns: Readonly<Record<string, string>>,
  table: string,
  properties: readonly string[] = Object.keys(columns),
): string {
  return properties.map((name) => `${table}.${columnName(columns[name] ?? '')} as "${name}"`).join(', ');
}

/** What the turns of a chain need to know of an execution, besides its handler. */
export const chainProperties = [
  'seq',
  'position',
  'stop',
  'status',
  'blocked',
  'unjudged',
  'passedBy',
  'retries',
  'attempts',
  'nextAttemptAt',
  'target',
  'startedAt',
  'durationMs',
  'code',
  'response',
  'error',
  'replayOf',
] as const satisfies readonly (keyof StoredExecution)[];
