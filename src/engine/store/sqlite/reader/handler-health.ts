import type { HandlerHealth } from '../../../words/admin-answers.ts';
import { healthFrom, judged, lookedAt } from '../../reading/handler-health.ts';
import { statusCode } from '../../stage.ts';
import type { Statements } from '../statements.ts';

type Judged = 'parked' | 'succeeded' | 'failed';

const columns = `select status, duration_ms, code, response, error,
  coalesce(attempt_started_at, started_at) as attempted_at`;
/** What was called when its turn came: the log's own index leads to it. */
const inTime = (status: Judged) =>
  `${columns}, started_at as at from executions indexed by executions_by_handler
   where handler_id = :handler and status = ${statusCode[status]} and status > 1 and started_at is not null
   and started_at >= :since`;
/** What waits after an attempt, whatever waits beside it that nobody has tried; and what ended long after its turn. */
const inTheEnd = (status: Judged, also = '') =>
  `${columns}, attempt_started_at as at from executions indexed by tried
   where handler_id = :handler and status = ${statusCode[status]} and attempt_started_at >= :since
   and attempts > 0 and status > 1 and (status = 2 or attempt_started_at - started_at >= 60000) ${also}`;
/** The others of these are among those in time. */
const turnBefore = 'and started_at < :since';
const newest = (limit: number, ...branches: readonly string[]) =>
  `${branches.join(' union all ')} order by at desc limit ${limit}`;

const tried = newest(
  judged,
  inTime('succeeded'),
  inTime('failed'),
  inTheEnd('succeeded', turnBefore),
  inTheEnd('failed', turnBefore),
  inTheEnd('parked'),
);
const failures = [inTime('failed'), inTheEnd('failed'), inTheEnd('parked')].map((branch) =>
  newest(lookedAt, `${branch} and error is not null`),
);
const successes = [inTime('succeeded'), inTheEnd('succeeded')].map((branch) => newest(lookedAt, branch));
const due = `select next_attempt_at as at from executions indexed by parked
  where status = 2 and handler_id = ? and blocked = 0 order by next_attempt_at limit 1`;
const waiting = 'select count(*) as n from executions indexed by parked where status = 2 and handler_id = ?';

/** How a handler has been doing since a moment: each question is a walk along an index from its newest end. */
export function handlerHealthOn(statements: Statements) {
  const all = (asked: readonly string[], handler: string, since: number) =>
    asked.flatMap((sql) => statements.of(sql).all({ handler, since }));

  return (handler: string, since: number): HandlerHealth =>
    healthFrom({
      tried: all([tried], handler, since),
      failures: all(failures, handler, since),
      successes: all(successes, handler, 0),
      parked: Number(statements.of(waiting).get(handler)?.['n']),
      dueAt: statements.of(due).get(handler)?.['at'],
    });
}
