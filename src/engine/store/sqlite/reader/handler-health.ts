import type { SQLOutputValue } from 'node:sqlite';
import type { HandlerHealth } from '../../../words/answers.ts';
import { statusCode } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import { percentile } from './percentile.ts';

/** Executions of a handler that its health is judged by at most: those whose last attempt began last. */
const judged = 400;

type Judged = 'parked' | 'succeeded' | 'failed';

const table = 'select status, duration_ms, code, response, error';
/** What was called when its turn came: the log's own index leads to it. */
const inTime = (status: Judged) =>
  `${table}, started_at as at from executions indexed by executions_by_handler
   where handler_id = :handler and status = ${statusCode[status]} and status > 1 and started_at is not null
   and started_at >= :since`;
/** What waits after an attempt, whatever waits beside it that nobody has tried; and what ended long after its turn. */
const inTheEnd = (status: Judged) =>
  `${table}, attempt_started_at as at from executions indexed by tried
   where handler_id = :handler and status = ${statusCode[status]} and attempt_started_at >= :since
   and attempts > 0 and status > 1 and (status = 2 or attempt_started_at - started_at >= 60000)
   ${status === 'parked' ? '' : 'and started_at < :since'}`;
const newestFirst = (...branches: readonly string[]) => `${branches.join(' union all ')} order by at desc`;

const tried = `${newestFirst(
  inTime('succeeded'),
  inTime('failed'),
  inTheEnd('succeeded'),
  inTheEnd('failed'),
  inTheEnd('parked'),
)} limit ${judged}`;
const lost = newestFirst(
  ...[inTime('failed'), inTheEnd('failed'), inTheEnd('parked')].map(
    (branch) => `${branch} and error is not null`,
  ),
);

/** How a handler has been doing since a moment: each question is a walk along an index from its newest end. */
export function handlerHealthOn(statements: Statements) {
  return (handler: string, since: number): HandlerHealth => {
    const rows = statements.of(tried).all({ handler, since });
    const succeeded = rows.filter(({ status }) => status === statusCode.succeeded).length;
    const durations = rows.flatMap(({ duration_ms: ms }) => (typeof ms === 'number' ? [ms] : []));
    const parked = statements
      .of('select count(*) as n from executions indexed by parked where status = 2 and handler_id = ?')
      .get(handler);
    return {
      parked: Number(parked?.['n']),
      successRate: rows.length === 0 ? null : succeeded / rows.length,
      p95Ms: percentile(durations, 0.95),
      lastError: textOf(statements.of(`${lost} limit 1`).get({ handler, since })?.['error']),
    };
  };
}

function textOf(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
