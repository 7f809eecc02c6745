import type { SQLOutputValue } from 'node:sqlite';
import type { HandlerHealth } from '../../../words/answers.ts';
import { causeOf } from '../../../words/cause.ts';
import { statusCode } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import { percentile } from './percentile.ts';

/** Executions of a handler that its health is judged by at most: those whose last attempt began last. */
const judged = 400;
/** Of those whose turns came last, so many are looked at for the one that was called last: some were retried. */
const lookedAt = 50;

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
  /** What was called last of what these tell of. */
  const last = (asked: readonly string[], handler: string, since: number) =>
    asked
      .flatMap((sql) => statements.of(sql).all({ handler, since }))
      .reduce<Row | undefined>(
        (latest, row) => (Number(row['attempted_at']) > Number(latest?.['attempted_at'] ?? 0) ? row : latest),
        undefined,
      );

  return (handler: string, since: number): HandlerHealth => {
    const rows = statements.of(tried).all({ handler, since });
    const succeeded = rows.filter(({ status }) => status === statusCode.succeeded).length;
    const durations = rows.flatMap(({ duration_ms: ms }) => (typeof ms === 'number' ? [ms] : []));
    const lost = last(failures, handler, since);
    return {
      parked: Number(statements.of(waiting).get(handler)?.['n']),
      successRate: rows.length === 0 ? null : succeeded / rows.length,
      p95Ms: percentile(durations, 0.95),
      lastError: lost ? causeOfRow(lost) : null,
      lastErrorAt: isoOf(lost?.['attempted_at']),
      lastSuccessAt: isoOf(last(successes, handler, 0)?.['attempted_at']),
      nextAttemptAt: isoOf(statements.of(due).get(handler)?.['at']),
    };
  };
}

type Row = Readonly<Record<string, SQLOutputValue>>;

function causeOfRow({ code, response, error }: Row): string | null {
  return causeOf({ code: numberOf(code), response: textOf(response), error: textOf(error) });
}

function isoOf(at: SQLOutputValue | undefined): string | null {
  return typeof at === 'number' ? new Date(at).toISOString() : null;
}

const textOf = (value: SQLOutputValue | undefined) => (typeof value === 'string' ? value : null);
const numberOf = (value: SQLOutputValue | undefined) => (typeof value === 'number' ? value : null);
