import { type Counts, type Failure, mostCounted, type Waits, type WaitsQuestion } from '../../log.ts';
import { stage, statusCode } from '../../stage.ts';
import type { Statements } from '../statements.ts';

/** The stages of events that were accepted and whose handlers are not called yet. */
const waiting = [stage.behind, stage.ready, stage.emitted, stage.queued, stage.due];

const parkedOf = (handler: boolean) =>
  `from executions indexed by ${handler ? 'executions_by_handler' : 'executions_by_status'}
   where ${handler ? 'handler_id = :handler and ' : ''}status = ${statusCode.parked} and status > 1
   and started_at is not null`;

/** How long things have waited: each answer is a few steps along an index. */
export function waitsOn(statements: Statements) {
  function waits({ eventsBefore, executionsBefore, handlers }: WaitsQuestion): Waits {
    return {
      events: { oldest: oldestEvent(), count: eventsBefore === null ? 0 : eventsOlderThan(eventsBefore) },
      executions: {
        oldest: oldestExecution(handlers),
        count: executionsBefore === null ? 0 : executionsOlderThan(executionsBefore, handlers),
      },
    };
  }

  function oldestEvent(): number | null {
    const first = statements.of(
      'select min(accepted_at) as at from events indexed by events_by_stage where stage = ?',
    );
    const times = waiting.map((one) => first.get(one)?.['at']).filter((at) => typeof at === 'number');
    return times.length === 0 ? null : Math.min(...times);
  }

  function eventsOlderThan(before: number): number {
    const older = statements.of(
      `select count(*) as n from (select 1 from events indexed by events_by_stage
       where stage = ? and accepted_at < ? limit ${mostCounted})`,
    );
    return sum(waiting.map((one) => Number(older.get(one, before)?.['n'])));
  }

  function oldestExecution(handlers: readonly string[]): Waits['executions']['oldest'] {
    const columns = `started_at as startedAt, object_id as objectId, event_type as eventType, error, handler_id as id,
      handler_number as number, handler_name as name, handler_type as type, priority`;
    const first = statements.of(
      `select ${columns} ${parkedOf(handlers.length > 0)} order by started_at limit 1`,
    );
    const rows = byHandler(handlers, (values) => first.get(values)).filter((row) => row !== undefined);
    const [oldest] = rows.sort((a, b) => Number(a['startedAt']) - Number(b['startedAt']));
    if (!oldest) return null;
    const { startedAt, objectId, eventType, error, ...handler } = oldest;
    return { startedAt, objectId, eventType, error, handler } as unknown as Waits['executions']['oldest'];
  }

  function executionsOlderThan(before: number, handlers: readonly string[]): number {
    const older = statements.of(
      `select count(*) as n from (select 1 ${parkedOf(handlers.length > 0)}
       and started_at < :before limit ${mostCounted})`,
    );
    return sum(byHandler(handlers, (values) => Number(older.get({ ...values, before })?.['n'])));
  }

  function failures(since: number, limit: number): Failure[] {
    return statements
      .of(
        `select coalesce(attempt_started_at, started_at) + coalesce(duration_ms, 0) as at, handler_id as handler,
         event_type as eventType, error from executions indexed by executions_by_status
         where status = ${statusCode.failed} and status > 1 and started_at is not null and started_at >= ?
         order by started_at desc limit ?`,
      )
      .all(since, limit) as unknown as Failure[];
  }

  function oldest(): Pick<Counts, 'oldestWaitingAt' | 'oldestParkedAt'> {
    return { oldestWaitingAt: oldestEvent(), oldestParkedAt: oldestExecution([])?.startedAt ?? null };
  }

  return { waits, oldest, failures };
}

/** Asks for each of the handlers, or once for all where none is named. */
function byHandler<T>(handlers: readonly string[], ask: (values: Record<string, string>) => T): T[] {
  return handlers.length === 0 ? [ask({})] : handlers.map((handler) => ask({ handler }));
}

function sum(counts: readonly number[]): number {
  return Math.min(
    mostCounted,
    counts.reduce((all, one) => all + one, 0),
  );
}
