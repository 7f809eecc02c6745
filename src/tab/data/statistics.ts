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
  const steps = new Map<number, StatisticsStep>();
  for (const one of registries.flat()) {
    const at = Date.parse(one.at) / 1000;
    const known = steps.get(at);
    steps.set(at, known ? together(known, one) : one);
  }
  const sorted = [...steps].sort(([a], [b]) => a - b);
  const isOpen = (at: number) => (at + step) * 1000 > now;
  const line = (take: (one: StatisticsStep) => number | null) =>
    sorted.map(([at, one]) => (isOpen(at) ? null : take(one)));
  const perMinute = (name: keyof Counts) => line((one) => (one[name] * 60) / step);
  const open = sorted.filter(([at]) => isOpen(at)).map(([, one]) => one);
  return {
    at: sorted.map(([at]) => at),
    succeeded: perMinute('succeeded'),
    failed: perMinute('failed'),
    parked: perMinute('parked'),
    p50: line(({ p50 }) => p50),
    p95: line(({ p95 }) => p95),
    totals: sumOf(sorted.map(([, one]) => one)),
    open: open.length > 0 ? sumOf(open) : null,
  };
}

function sumOf(steps: readonly StatisticsStep[]): Counts {
  const sum = (name: keyof Counts) => steps.reduce((total, one) => total + one[name], 0);
  return { succeeded: sum('succeeded'), failed: sum('failed'), parked: sum('parked') };
}

function together(a: StatisticsStep, b: StatisticsStep): StatisticsStep {
  return {
    at: a.at,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    parked: a.parked + b.parked,
    p50: higher(a.p50, b.p50),
    p95: higher(a.p95, b.p95),
  };
}

function higher(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
