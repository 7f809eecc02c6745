import type { StatisticsStep } from '../../../words/admin-answers.ts';
import type { StatisticsRange } from '../../log/ranges.ts';
import type { Counts } from '../../log.ts';
import { percentile } from '../../reading/percentile.ts';
import { statusCode } from '../../stage.ts';
import type { Ask } from '../named-values.ts';
import { isUnresolved } from './selections.ts';

/** Durations that a percentile is taken from at most, or about so many of more rows. */
const sample = 1000;
/** Steps that one statement counts: others go between. */
const stepsAtOnce = 60;

const allUnresolved = `from executions where ${isUnresolved}`;
const inRange = 'started_at >= :from and started_at < :to';
const step = '(started_at - :from) / :step';
const perStep = (status: number) =>
  `select ${step} as step, count(*) as n from executions
   where status = ${status} and status > 1 and started_at is not null and ${inRange} group by 1`;

const sql = {
  counts: `select (select count(*) from events where stage < 5) as waiting,
    (select count(*) from executions where status = ${statusCode.running} and started_at > 0) as running,
    (select count(*) from executions where status = ${statusCode.parked}) as parked,
    (select count(*) ${allUnresolved}) as unresolved`,
  succeeded: perStep(statusCode.succeeded),
  failed: perStep(statusCode.failed),
  parked: perStep(statusCode.parked),
  unresolved: `select ${step} as step, count(*) as n ${allUnresolved} and ${inRange} group by 1`,
  durations: [statusCode.succeeded, statusCode.failed]
    .map(
      (status) => `select ${step} as step, duration_ms from executions
        where status = ${status} and status > 1 and started_at is not null and ${inRange}
        and seq % (:every::bigint[])[${step} + 1] = 0 and duration_ms is not null`,
    )
    .join(' union all '),
};

/** Counts: each is a walk along one index. */
export async function countsBy(
  ask: Ask,
): Promise<Pick<Counts, 'waiting' | 'running' | 'parked' | 'unresolved'>> {
  const [row] = await ask(sql.counts);
  return row as unknown as Pick<Counts, 'waiting' | 'running' | 'parked' | 'unresolved'>;
}

/** Counts and percentiles of the steps of a range. */
export async function statisticsBy(ask: Ask, { from, to, step }: StatisticsRange): Promise<StatisticsStep[]> {
  const steps: StatisticsStep[] = [];
  for (let at = from; at < to; at += step * stepsAtOnce)
    steps.push(...(await stepsOf(ask, { from: at, to: Math.min(at + step * stepsAtOnce, to), step })));
  return steps;
}

async function stepsOf(ask: Ask, range: StatisticsRange): Promise<StatisticsStep[]> {
  const { from, to, step } = range;
  const asked = { from, to, step };
  const count = Math.ceil((to - from) / step);
  const countsOf = async (text: string) => {
    const counts = Array.from({ length: count }, () => 0);
    for (const row of await ask(text, asked)) counts[Number(row['step'])] = Number(row['n']);
    return counts;
  };
  const [succeeded, failed, parked, unresolved] = await Promise.all([
    countsOf(sql.succeeded),
    countsOf(sql.failed),
    countsOf(sql.parked),
    countsOf(sql.unresolved),
  ]);
  const every = succeeded.map((n, at) => Math.max(1, Math.ceil((n + (failed[at] ?? 0)) / sample)));
  const byStep = Map.groupBy(await ask(sql.durations, { ...asked, every }), (row) => Number(row['step']));
  return succeeded.map((n, at) => {
    const durations = (byStep.get(at) ?? []).map((row) => Number(row['duration_ms']));
    return {
      at: new Date(from + at * step).toISOString(),
      succeeded: n,
      failed: failed[at] ?? 0,
      parked: parked[at] ?? 0,
      unresolved: unresolved[at] ?? 0,
      p50: percentile(durations, 0.5),
      p95: percentile(durations, 0.95),
    };
  });
}
