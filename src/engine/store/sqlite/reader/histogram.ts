import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Histogram, HistogramStep } from '../../../words/admin-answers.ts';
import { shownStatuses } from '../../../words/execution.ts';
import type { ExecutionFilter } from '../../log/filter.ts';
import type { HistogramRequest } from '../../log/ranges.ts';
import type { Position } from '../../reading/cursor.ts';
import { countRow, emptySteps, foundAtOnce, isCounted, mostTime } from '../../reading/histogram-steps.ts';
import type { Statements } from '../statements.ts';
import type { ExecutionQueries } from './execution-queries.ts';
import { executionsSelected } from './selections.ts';

/** Ms of counting, after which other questions go between. */
const yieldAfter = 10;

/** Counts what a filter means by when it began, the newest first, until all is counted or the time is over. */
export function histogramOn(statements: Statements, executions: ExecutionQueries) {
  return async (request: HistogramRequest): Promise<Histogram> => {
    const items = emptySteps(request);
    const counting = isCounted(request.filter) ? countedSteps(request, items) : countedRows(request, items);
    const end = performance.now() + mostTime;
    let yielded = performance.now();
    let countedFrom: number | null = null;
    for await (const reached of counting) {
      if (performance.now() - yielded >= yieldAfter) {
        await yieldToOthers();
        yielded = performance.now();
      }
      if (yielded < end) continue;
      countedFrom = reached;
      break;
    }
    return { items, countedFrom: countedFrom === null ? null : new Date(countedFrom).toISOString() };
  };

  /** Along indexes that hold all that is asked. Gives how far back it has come, after each step that others follow. */
  function* countedSteps(
    { from, to, step, filter }: HistogramRequest,
    items: HistogramStep[],
  ): Generator<number> {
    const asked = shownStatuses.filter((status) => filter.status?.includes(status) ?? true);
    const counts = asked.map((status) => ({ status, count: countOf({ ...filter, status: [status] }) }));
    for (let at = items.length - 1; at >= 0; at -= 1) {
      const item = items[at] as HistogramStep;
      const low = from + at * step;
      for (const { status, count } of counts) item[status] = count(low, Math.min(low + step, to));
      if (at > 0) yield low;
    }
  }

  function countOf(filter: ExecutionFilter): (low: number, high: number) => number {
    const { stretches, filter: sieve, values } = executionsSelected(filter);
    const counts = stretches.map(({ index, where }) => {
      const conditions = [where, 'started_at >= :low', 'started_at < :high', ...(sieve ? [sieve] : [])];
      return statements.of(
        `select count(*) as n from executions${index ? ` indexed by ${index}` : ''} where ${conditions.join(' and ')}`,
      );
    });
    return (low, high) =>
      counts.reduce((sum, count) => sum + Number(count.get({ ...values, low, high })?.['n']), 0);
  }

  /** Row by row, as the list finds them. */
  async function* countedRows(request: HistogramRequest, items: HistogramStep[]): AsyncGenerator<number> {
    const { from, to, filter } = request;
    const statusOf = statements.of(
      'select seq, status from executions where seq in (select value from json_each(?))',
    );
    let after: Position | undefined;
    do {
      const { found, next } = await executions.positions(filter, { from, to, limit: foundAtOnce, after });
      const startedAt = new Map(found.map(([at, seq]) => [seq, at]));
      for (const { seq, status } of statusOf.all(JSON.stringify([...startedAt.keys()])))
        countRow(request, items, startedAt.get(Number(seq)) ?? from, Number(status));
      after = next ?? undefined;
      if (after) yield after[0];
    } while (after);
  }
}
