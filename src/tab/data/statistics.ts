import type { StatisticsStep } from '../../engine/words/admin-answers.ts';
import type { Preferences } from './preferences.ts';

/** A span of time as the overview shows it; seconds. */
export interface Span {
  readonly name: 'hour' | 'day' | 'week';
  readonly seconds: number;
  readonly step: number;
}

export const spans: readonly Span[] = [
  { name: 'hour', seconds: 3600, step: 60 },
  { name: 'day', seconds: 86_400, step: 900 },
  { name: 'week', seconds: 604_800, step: 7200 },
];

/** The span that the user has chosen. */
export function chosenSpan(preferences: Pick<Preferences, 'get'>): Span {
  const name = preferences.get('span');
  return spans.find((span) => span.name === name) ?? (spans[0] as Span);
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that began then and wait. */
  readonly parked: number;
  /** Of those that began then, failed or were skipped, and are not set right. */
  readonly unresolved: number;
}

/** Where a span begins and ends, at whole steps; ms since 1970. */
export function rangeOf(
  { seconds, step }: Span,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = Math.ceil(now / (step * 1000)) * step * 1000;
  return { from: to - seconds * 1000, to };
}

export type Series = ReturnType<typeof seriesOf>;

/**
 * The numbers of several registries as one line for each thing shown; of percentiles the highest is shown. A step that
 * is not over has no value: what has come of it so far would look like a fall.
 * @param step seconds @param now ms since 1970
 */
export function seriesOf(registries: readonly (readonly StatisticsStep[])[], step: number, now: number) {
  const byTime = Map.groupBy(registries.flat(), ({ at }) => Date.parse(at) / 1000);
  const sorted = [...byTime].sort(([a], [b]) => a - b);
  const isOpen = (at: number) => (at + step) * 1000 > now;
  const line = (take: (steps: readonly StatisticsStep[]) => number | null) =>
    sorted.map(([at, steps]) => (isOpen(at) ? null : take(steps)));
  const perMinute = (name: keyof Counts) => line((steps) => (sumOf(steps)[name] * 60) / step);
  const percentile = (name: 'p50' | 'p95') => line((steps) => highest(steps.map((one) => one[name])));
  const open = sorted.filter(([at]) => isOpen(at)).flatMap(([, steps]) => steps);
  return {
    /** When each step begins; seconds since 1970. */
    at: sorted.map(([at]) => at),
    /** Executions a minute; parked are those that began then and wait. */
    succeeded: perMinute('succeeded'),
    failed: perMinute('failed'),
    parked: perMinute('parked'),
    /** ms; null where nothing ran. */
    p50: percentile('p50'),
    p95: percentile('p95'),
    totals: sumOf(sorted.flatMap(([, steps]) => steps)),
    /** What has come so far of the step that is not over; null where every step is. */
    open: open.length > 0 ? sumOf(open) : null,
  };
}

function sumOf(steps: readonly StatisticsStep[]): Counts {
  const sum = (name: keyof Counts) => steps.reduce((total, one) => total + one[name], 0);
  return {
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    parked: sum('parked'),
    unresolved: sum('unresolved'),
  };
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
