import type { HandlerHealth, StatisticsStep } from '../../../words/admin-answers.ts';
import type { StatisticsRange } from '../../log/ranges.ts';
import type { Counts } from '../../log.ts';
import { breather } from '../../reading/breather.ts';
import { percentile } from '../../reading/percentile.ts';
import { statusCode } from '../../stage.ts';
import type { Statements } from '../statements.ts';
import { handlerHealthOn } from './handler-health.ts';
import { isUnresolved } from './selections.ts';

/** Durations that a percentile is taken from at most, or about so many of more rows. */
const sample = 1000;

const inStep = `from executions indexed by executions_by_status
  where status = :status and status > 1 and started_at is not null and started_at >= :from and started_at < :to`;

const allUnresolved = `from executions indexed by unresolved where ${isUnresolved}`;

/** Counts and percentiles: each is a walk along one index. */
export function figuresOn(statements: Statements) {
  const healthOf = handlerHealthOn(statements);

  function counts(): Pick<Counts, 'waiting' | 'running' | 'parked' | 'unresolved'> {
    return {
      waiting: count('select count(*) as n from events indexed by events_by_stage where stage < 5'),
      running: count(
        `select count(*) as n from executions where status = ${statusCode.running} and started_at > 0`,
      ),
      parked: count('select count(*) as n from executions indexed by parked where status = 2'),
      unresolved: count(`select count(*) as n ${allUnresolved}`),
    };
  }

  async function statistics({ from, to, step }: StatisticsRange): Promise<StatisticsStep[]> {
    const steps: StatisticsStep[] = [];
    const breathe = breather();
    for (let at = from; at < to; at += step) {
      steps.push(stepOf(at, Math.min(at + step, to)));
      await breathe();
    }
    return steps;
  }

  function health(handlers: readonly string[], since: number): Record<string, HandlerHealth> {
    return Object.fromEntries(handlers.map((handler) => [handler, healthOf(handler, since)]));
  }

  function handlerNumbers(): Record<string, number> {
    const next = statements.of(
      `select handler_id as id, handler_number as number from executions indexed by executions_by_handler
       where handler_id > ? and status > 1 and started_at is not null order by handler_id limit 1`,
    );
    const numbers = new Map<string, number>();
    let row = next.get('');
    for (; row; row = next.get(String(row['id']))) numbers.set(String(row['id']), Number(row['number']));
    return Object.fromEntries(numbers);
  }

  function count(sql: string, values: Record<string, number | string> = {}): number {
    return Number(statements.of(sql).get(values)?.['n']);
  }

  function stepOf(from: number, to: number): StatisticsStep {
    const ended = (['succeeded', 'failed'] as const).map((status) => {
      const values = { status: statusCode[status], from, to };
      return { values, rows: count(`select count(*) as n ${inStep}`, values) };
    });
    const [succeeded = 0, failed = 0] = ended.map(({ rows }) => rows);
    const parked = count(`select count(*) as n ${inStep}`, { status: statusCode.parked, from, to });
    const unresolved = count(
      `select count(*) as n ${allUnresolved} and started_at >= :from and started_at < :to`,
      { from, to },
    );
    const every = Math.ceil((succeeded + failed) / sample);
    const durations = ended.flatMap(({ values, rows }) =>
      rows === 0
        ? []
        : statements
            .of(`select duration_ms ${inStep} and seq % :every = 0 and duration_ms is not null`)
            .all({ ...values, every })
            .map((row) => Number(row['duration_ms'])),
    );
    return {
      at: new Date(from).toISOString(),
      succeeded,
      failed,
      parked,
      unresolved,
      p50: percentile(durations, 0.5),
      p95: percentile(durations, 0.95),
    };
  }

  return { counts, statistics, health, handlerNumbers };
}
