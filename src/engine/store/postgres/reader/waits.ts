import { type Counts, type Failure, mostCounted, type Waits, type WaitsQuestion } from '../../log.ts';
import { stage, statusCode } from '../../stage.ts';
import type { Ask } from '../named-values.ts';

/** The stages of events that were accepted and whose handlers are not called yet. */
const waiting = [stage.behind, stage.ready, stage.emitted, stage.queued, stage.due];

const parkedOf = (handler: boolean) =>
  `from executions where ${handler ? 'handler_id = :handler and ' : ''}status = ${statusCode.parked} and status > 1
   and started_at is not null`;

const oldestEvents = waiting
  .map((one) => `(select accepted_at as at from events where stage = ${one} order by accepted_at limit 1)`)
  .join(' union all ');
const olderEvents = waiting
  .map((one) => `(select 1 from events where stage = ${one} and accepted_at < :before limit ${mostCounted})`)
  .join(' union all ');

/** How long things have waited: each answer is a few steps along an index. */
export async function waitsBy(
  ask: Ask,
  { eventsBefore, executionsBefore, handlers }: WaitsQuestion,
): Promise<Waits> {
  const [oldest, events, parked, executions] = await Promise.all([
    oldestEvent(ask),
    eventsBefore === null ? 0 : eventsOlderThan(ask, eventsBefore),
    oldestExecution(ask, handlers),
    executionsBefore === null ? 0 : executionsOlderThan(ask, executionsBefore, handlers),
  ]);
  return { events: { oldest, count: events }, executions: { oldest: parked, count: executions } };
}

/** When what has waited longest was accepted, and when the turn of what has been parked longest came. */
export async function oldestBy(ask: Ask): Promise<Pick<Counts, 'oldestWaitingAt' | 'oldestParkedAt'>> {
  const [event, execution] = await Promise.all([oldestEvent(ask), oldestExecution(ask, [])]);
  return { oldestWaitingAt: event, oldestParkedAt: execution?.startedAt ?? null };
}

/** Executions that have failed since their turn came at this time or later, the newest first. */
export async function failuresBy(ask: Ask, since: number, limit: number): Promise<Failure[]> {
  const rows = await ask(
    `select coalesce(attempt_started_at, started_at) + coalesce(duration_ms, 0) as at, handler_id as handler,
     event_type as "eventType", error from executions
     where status = ${statusCode.failed} and status > 1 and started_at is not null and started_at >= :since
     order by started_at desc limit :limit`,
    { since, limit },
  );
  return rows as unknown as Failure[];
}

async function oldestEvent(ask: Ask): Promise<number | null> {
  const [row] = await ask(`select min(at) as at from (${oldestEvents}) as firsts`);
  return (row?.['at'] ?? null) as number | null;
}

async function eventsOlderThan(ask: Ask, before: number): Promise<number> {
  return counted(await ask(`select count(*) as n from (${olderEvents}) as older`, { before }));
}

async function oldestExecution(
  ask: Ask,
  handlers: readonly string[],
): Promise<Waits['executions']['oldest']> {
  const columns = `started_at as "startedAt", object_id as "objectId", event_type as "eventType", error, handler_id as id,
    handler_number as number, handler_name as name, handler_type as type, priority`;
  const text = `select ${columns} ${parkedOf(handlers.length > 0)} order by started_at limit 1`;
  const rows = (await byHandler(handlers, (values) => ask(text, values))).flat();
  const [oldest] = rows.sort((a, b) => Number(a['startedAt']) - Number(b['startedAt']));
  if (!oldest) return null;
  const { startedAt, objectId, eventType, error, ...handler } = oldest;
  return { startedAt, objectId, eventType, error, handler } as unknown as Waits['executions']['oldest'];
}

async function executionsOlderThan(ask: Ask, before: number, handlers: readonly string[]): Promise<number> {
  const older = `select 1 ${parkedOf(handlers.length > 0)} and started_at < :before limit ${mostCounted}`;
  const rows = await byHandler(handlers, (values) =>
    ask(`select count(*) as n from (${older}) as older`, { ...values, before }),
  );
  return counted(rows.flat());
}

/** Asks for each of the handlers, or once for all where none is named. */
function byHandler<T>(
  handlers: readonly string[],
  ask: (values: Record<string, string>) => Promise<T>,
): Promise<T[]> {
  return Promise.all(handlers.length === 0 ? [ask({})] : handlers.map((handler) => ask({ handler })));
}

function counted(rows: readonly Readonly<Record<string, unknown>>[]): number {
  return Math.min(
    mostCounted,
    rows.reduce((all, { n }) => all + Number(n), 0),
  );
}
