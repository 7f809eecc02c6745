import type { Histogram, HistogramStep } from '../../../words/admin-answers.ts';
import { shownStatuses } from '../../../words/execution.ts';
import type { HistogramRequest } from '../../log/ranges.ts';
import type { Position } from '../../reading/cursor.ts';
import { countRow, emptySteps, foundAtOnce, isCounted, mostTime } from '../../reading/histogram-steps.ts';
import type { Ask } from '../named-values.ts';
import type { ExecutionQueries } from './execution-queries.ts';
import { executionsSelected } from './selections.ts';

/** Ms that a look may take for the next one to be twice as long. */
const quick = 10;

/** Counts what a filter means by when it began, the newest first, until all is counted or the time is over. */
export async function histogramBy(
  ask: Ask,
  executions: ExecutionQueries,
  request: HistogramRequest,
): Promise<Histogram> {
  const items = emptySteps(request);
  const counting = isCounted(request.filter)
    ? countedSteps(ask, request, items)
    : countedRows(ask, executions, request, items);
  const end = performance.now() + mostTime;
  for await (const reached of counting)
    if (performance.now() > end) return { items, countedFrom: new Date(reached).toISOString() };
  return { items, countedFrom: null };
}

/** Along indexes that hold all that is asked. Gives how far back it has come, after each look that others follow. */
async function* countedSteps(
  ask: Ask,
  { from, to, step, filter }: HistogramRequest,
  items: readonly HistogramStep[],
): AsyncGenerator<number> {
  const asked = shownStatuses.filter((status) => filter.status?.includes(status) ?? true);
  const selections = asked.map((status) => ({
    status,
    selection: executionsSelected({ ...filter, status: [status] }),
  }));
  let steps = 1;
  for (let high = items.length; high > 0; ) {
    const low = Math.max(0, high - steps);
    const range = { from, step, low: from + low * step, high: Math.min(from + high * step, to) };
    const began = performance.now();
    await Promise.all(
      selections.map(async ({ status, selection: { stretches, filter: sieve, values } }) => {
        for (const { where } of stretches) {
          const conditions = [where, 'started_at >= :low', 'started_at < :high', ...(sieve ? [sieve] : [])];
          const rows = await ask(
            `select (started_at - :from) / :step as step, count(*) as n from executions
             where ${conditions.join(' and ')} group by 1`,
            { ...values, ...range },
          );
          for (const row of rows) {
            const item = items[Number(row['step'])];
            if (item) item[status] += Number(row['n']);
          }
        }
      }),
    );
    if (performance.now() - began < quick) steps *= 2;
    high = low;
    if (high > 0) yield range.low;
  }
}

/** Row by row, as the list finds them. */
async function* countedRows(
  ask: Ask,
  executions: ExecutionQueries,
  request: HistogramRequest,
  items: readonly HistogramStep[],
): AsyncGenerator<number> {
  const { from, to, filter } = request;
  let after: Position | undefined;
  do {
    const { found, next } = await executions.found(ask, filter, { from, to, limit: foundAtOnce, after });
    const startedAt = new Map(found.map(([at, seq]) => [seq, at]));
    const rows = await ask('select seq, status from executions where seq = any(:seqs)', {
      seqs: [...startedAt.keys()],
    });
    for (const { seq, status } of rows)
      countRow(request, items, startedAt.get(Number(seq)) ?? from, Number(status));
    after = next ?? undefined;
    if (after) yield after[0];
  } while (after);
}
