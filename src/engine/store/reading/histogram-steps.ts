import type { HistogramStep } from '../../words/admin-answers.ts';
import { type ShownStatus, shownStatuses } from '../../words/execution.ts';
import type { ExecutionFilter } from '../log/filter.ts';
import type { HistogramRequest } from '../log/ranges.ts';
import { executionStatusOf } from '../stage.ts';

/** Ms of counting, after which it ends with what it has. */
export const mostTime = 150;
/** Rows that are found at a time where no index counts them. */
export const foundAtOnce = 500;

/** The steps of a range in which nothing is counted yet. */
export function emptySteps({ from, to, step }: HistogramRequest): HistogramStep[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => emptyStep(from + at * step));
}

/** Counts an execution in its step. */
export function countRow(
  { from, step }: HistogramRequest,
  items: readonly HistogramStep[],
  startedAt: number,
  status: number,
): void {
  const item = items[Math.floor((startedAt - from) / step)];
  const name = executionStatusOf(status);
  if (item && name !== 'pending') item[name] += 1;
}

/** Whether an index holds all that is asked. */
export function isCounted(filter: ExecutionFilter): boolean {
  const { text, objectId, eventId, ids, kind, status, handler, eventType } = filter;
  const { code, minDurationMs, maxDurationMs } = filter;
  if ([text, objectId, eventId, ids, kind].some((one) => one !== undefined)) return false;
  if (status?.includes('unresolved')) return false;
  const isLed = handler !== undefined || eventType !== undefined;
  return !isLed || [code, minDurationMs, maxDurationMs].every((one) => one === undefined);
}

function emptyStep(at: number): HistogramStep {
  const none = Object.fromEntries(shownStatuses.map((status) => [status, 0])) as Record<ShownStatus, number>;
  return { at: new Date(at).toISOString(), ...none };
}
