import type { StatisticsStep } from '../../engine/words/answers.ts';

/** A span of time as the overview shows it; seconds. */
export interface Span {
  readonly name: 'hour' | 'day';
  readonly seconds: number;
  readonly step: number;
}

export const spans: readonly Span[] = [
  { name: 'hour', seconds: 3600, step: 60 },
  { name: 'day', seconds: 86_400, step: 900 },
];

/** A value for each step; null in a step that is not over: what has come of it so far would look like a fall. */
type Values = readonly (number | null)[];

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that began then and wait. */
  readonly parked: number;
}

/** One line for each thing shown, against the seconds since 1970 when each step begins. */
export interface Series {
  readonly at: readonly number[];
  /** Executions a minute. */
  readonly succeeded: Values;
  readonly failed: Values;
  readonly parked: Values;
  /** ms; null where nothing ran. */
  readonly p50: Values;
  readonly p95: Values;
  readonly totals: Counts;
  /** What has come so far of the step that is not over; null where every step is. */
  readonly open: Counts | null;
}

/** Where a span begins and ends, at whole steps; ms since 1970. */
export function rangeOf(
  { seconds, step }: Span,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = Math.ceil(now / (step * 1000)) * step * 1000;
  return { from: to - seconds * 1000, to };
}

/**
 * The numbers of several registries as one; of percentiles the highest is shown.
 * @param step seconds @param now ms since 1970
 */
export function seriesOf(
  registries: readonly (readonly StatisticsStep[])[],
  step: number,
  now: number,
): Series {
  const byTime = Map.groupBy(registries.flat(), ({ at }) => Date.parse(at) / 1000);
  const sorted = [...byTime].sort(([a], [b]) => a - b);
  const isOpen = (at: number) => (at + step) * 1000 > now;
  const line = (take: (steps: readonly StatisticsStep[]) => number | null) =>
    sorted.map(([at, steps]) => (isOpen(at) ? null : take(steps)));
  const perMinute = (name: keyof Counts) => line((steps) => (sumOf(steps)[name] * 60) / step);
  const percentile = (name: 'p50' | 'p95') => line((steps) => highest(steps.map((one) => one[name])));
  const open = sorted.filter(([at]) => isOpen(at)).flatMap(([, steps]) => steps);
  return {
    at: sorted.map(([at]) => at),
    succeeded: perMinute('succeeded'),
    failed: perMinute('failed'),
    parked: perMinute('parked'),
    p50: percentile('p50'),
    p95: percentile('p95'),
    totals: sumOf(sorted.flatMap(([, steps]) => steps)),
    open: open.length > 0 ? sumOf(open) : null,
  };
}

function sumOf(steps: readonly StatisticsStep[]): Counts {
  const sum = (name: keyof Counts) => steps.reduce((total, one) => total + one[name], 0);
  return { succeeded: sum('succeeded'), failed: sum('failed'), parked: sum('parked') };
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
