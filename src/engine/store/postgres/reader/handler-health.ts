import type { HandlerHealth } from '../../../words/admin-answers.ts';
import { healthFrom, judged, lookedAt } from '../../reading/handler-health.ts';
import { statusCode } from '../../stage.ts';
import type { Ask } from '../named-values.ts';

type Judged = 'parked' | 'succeeded' | 'failed';

const columns = `select status, duration_ms, code, response, error,
  coalesce(attempt_started_at, started_at) as attempted_at`;
/** What was called when its turn came: the log's own index leads to it. */
const inTime = (status: Judged, also = '') =>
  `(${columns}, started_at as at from executions
   where handler_id = :handler and status = ${statusCode[status]} and status > 1 and started_at is not null
   and started_at >= :since ${also} order by started_at desc)`;
/** What waits after an attempt, whatever waits beside it that nobody has tried; and what ended long after its turn. */
const inTheEnd = (status: Judged, also = '') =>
  `(${columns}, attempt_started_at as at from executions
   where handler_id = :handler and status = ${statusCode[status]} and attempt_started_at >= :since
   and attempts > 0 and status > 1 and (status = 2 or attempt_started_at - started_at >= 60000) ${also}
   order by attempt_started_at desc)`;
/** The others of these are among those in time. */
const turnBefore = 'and started_at < :since';
const told = 'and error is not null';
const newest = (limit: number, ...branches: readonly string[]) =>
  `select * from (${branches.join(' union all ')}) as branches order by at desc limit ${limit}`;

const sql = {
  tried: newest(
    judged,
    inTime('succeeded'),
    inTime('failed'),
    inTheEnd('succeeded', turnBefore),
    inTheEnd('failed', turnBefore),
    inTheEnd('parked'),
  ),
  failures: [inTime('failed', told), inTheEnd('failed', told), inTheEnd('parked', told)].map((branch) =>
    newest(lookedAt, branch),
  ),
  successes: [inTime('succeeded'), inTheEnd('succeeded')].map((branch) => newest(lookedAt, branch)),
  due: `select next_attempt_at as at from executions where status = 2 and handler_id = :handler and not blocked
    order by next_attempt_at limit 1`,
  waiting: 'select count(*) as n from executions where status = 2 and handler_id = :handler',
};

/** How handlers have been doing since a moment: each question is a walk along an index from its newest end. */
export async function healthBy(
  ask: Ask,
  handlers: readonly string[],
  since: number,
): Promise<Record<string, HandlerHealth>> {
  const all = await Promise.all(
    handlers.map(async (handler) => [handler, await healthOf(ask, handler, since)] as const),
  );
  return Object.fromEntries(all);
}

async function healthOf(ask: Ask, handler: string, since: number): Promise<HandlerHealth> {
  const each = async (asked: readonly string[], from: number) =>
    (await Promise.all(asked.map((text) => ask(text, { handler, since: from })))).flat();
  const [tried, failures, successes, [waiting], [due]] = await Promise.all([
    ask(sql.tried, { handler, since }),
    each(sql.failures, since),
    each(sql.successes, 0),
    ask(sql.waiting, { handler }),
    ask(sql.due, { handler }),
  ]);
  return healthFrom({ tried, failures, successes, parked: Number(waiting?.['n']), dueAt: due?.['at'] });
}
