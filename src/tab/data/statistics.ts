import type { StatisticsStep } from '../../engine/journal/log.ts';

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

/** One line for each thing shown, against the seconds since 1970 when each step begins. */
export interface Series {
  readonly at: readonly number[];
  /** Executions a minute. */
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  /** Of those that began then and wait. */
  readonly parked: readonly number[];
  /** ms; null where nothing ran. */
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly totals: { readonly succeeded: number; readonly failed: number; readonly parked: number };
}

/** Where a span begins and ends, at whole steps; ms since 1970. */
export function rangeOf(
  { seconds, step }: Span,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = Math.ceil(now / (step * 1000)) * step * 1000;
  return { from: to - seconds * 1000, to };
}

/** Seconds of a step that must have passed before a pace is told from it. */
const enough = 10;

/**
 * The numbers of several registries as one; of percentiles the highest is shown. The pace in the step that is not
 * over yet is that of its beginning. @param step seconds @param now ms since 1970
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
  const perMinute = (count: number, at: number) =>
    (count * 60) / Math.min(step, Math.max(enough, now / 1000 - at));
  return {
    at: sorted.map(([at]) => at),
    succeeded: sorted.map(([at, { succeeded }]) => perMinute(succeeded, at)),
    failed: sorted.map(([at, { failed }]) => perMinute(failed, at)),
    parked: sorted.map(([at, { parked }]) => perMinute(parked, at)),
    p50: sorted.map(([, { p50 }]) => p50),
    p95: sorted.map(([, { p95 }]) => p95),
    totals: {
      succeeded: sorted.reduce((sum, [, { succeeded }]) => sum + succeeded, 0),
      failed: sorted.reduce((sum, [, { failed }]) => sum + failed, 0),
      parked: sorted.reduce((sum, [, { parked }]) => sum + parked, 0),
    },
  };
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
