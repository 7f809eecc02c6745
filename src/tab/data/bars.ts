import type { HistogramStep } from '../../engine/words/admin-answers.ts';
import type { LogFilter } from './filters.ts';
import type { Span } from './statistics.ts';

/** Steps of `step` ms; ms since 1970. */
export interface BarRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export const outcomes = ['succeeded', 'failed', 'skipped', 'waiting'] as const;
/** What became of executions: `skipped` are those that were cancelled too, `waiting` what runs or is parked. */
export type Outcome = (typeof outcomes)[number];

export type Bar = Readonly<Record<Outcome, number>>;

export interface Bars extends BarRange {
  readonly bars: readonly Bar[];
  /** Before it nothing was counted; null: all was. ms since 1970 */
  readonly countedFrom: number | null;
}

const mostBars = 60;
const minute = 60;
const hour = 3600;
const day = 86_400;
/** Seconds that a bar or the way between two marks of an axis may be long. */
const paces = [
  ...[1, 2, 5, 10, 15, 30].flatMap((one) => [one, one * minute]),
  ...[1, 2, 3, 6, 12].map((one) => one * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((one) => one * day),
].sort((a, b) => a - b);

function paceOf(seconds: number, most: number): number {
  return paces.find((pace) => seconds / pace <= most) ?? Math.ceil(seconds / most / day) * day;
}

/**
 * The range of a search; where it begins nowhere, it is a span long.
 * @param now ms since 1970 @returns undefined where it ends before it begins
 */
export function barRangeOf(
  { from, to }: Pick<LogFilter, 'from' | 'to'>,
  span: Span,
  now: number,
): BarRange | undefined {
  const asked = Date.parse(from);
  const ends = Date.parse(to);
  const seconds = Number.isNaN(asked) ? span.seconds : ((Number.isNaN(ends) ? now : ends) - asked) / 1000;
  if (seconds <= 0) return undefined;
  const step = paceOf(seconds, mostBars) * 1000;
  const end = Number.isNaN(ends) ? Math.ceil(now / step) * step : ends;
  const begin = Number.isNaN(asked) ? end - span.seconds * 1000 : asked;
  return { from: begin, to: end, step };
}

/** The bars of several registries as one. */
export function barsOf(
  range: BarRange,
  registries: readonly { readonly items: readonly HistogramStep[]; readonly countedFrom: string | null }[],
): Bars {
  const bars = Array.from({ length: Math.ceil((range.to - range.from) / range.step) }, (_, at) => {
    const steps = registries.flatMap(({ items }) => items[at] ?? []);
    const sum = (of: (step: HistogramStep) => number) => steps.reduce((total, step) => total + of(step), 0);
    return {
      succeeded: sum(({ succeeded }) => succeeded),
      failed: sum(({ failed }) => failed),
      skipped: sum(({ skipped, cancelled }) => skipped + cancelled),
      waiting: sum(({ running, parked }) => running + parked),
    };
  });
  const ends = registries.flatMap(({ countedFrom }) =>
    countedFrom === null ? [] : [Date.parse(countedFrom)],
  );
  return { ...range, bars, countedFrom: ends.length > 0 ? Math.max(...ends) : null };
}

/** Where some of the bars begin and end; ms since 1970. */
export function edgesOf(
  { from, to, step }: BarRange,
  first: number,
  last: number,
): { readonly from: number; readonly to: number } {
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  return { from: from + low * step, to: Math.min(from + (high + 1) * step, to) };
}

/** What some of the bars come to. */
export function sumOf(bars: readonly Bar[]): Bar {
  const sum = (outcome: Outcome) => bars.reduce((total, bar) => total + bar[outcome], 0);
  return {
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    waiting: sum('waiting'),
  };
}

/**
 * Marks of an axis of time, at times that are round on the reader's own clock, whatever summer time does in between.
 * @returns ms since 1970, with the seconds from one to the next
 */
export function marksOf(
  { from, to }: BarRange,
  most = 5,
): { readonly pace: number; readonly at: readonly number[] } {
  const pace = paceOf((to - from) / 1000, most);
  const begin = new Date(from);
  const date = [begin.getFullYear(), begin.getMonth()] as const;
  const roundOn = (turn: number): number => {
    if (pace >= day) return new Date(...date, begin.getDate() + (turn * pace) / day).getTime();
    if (pace >= hour) return new Date(...date, begin.getDate(), (turn * pace) / hour).getTime();
    return (Math.ceil(from / pace / 1000) + turn) * pace * 1000;
  };
  const turns = Array.from(
    { length: most + Math.ceil(day / Math.min(Math.max(pace, hour), day)) + 2 },
    (_, turn) => roundOn(turn),
  );
  return { pace, at: [...new Set(turns)].filter((at) => at >= from && at < to) };
}
