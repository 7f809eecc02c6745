import type { FailureGroup, FailureGroups } from '../../words/admin-answers.ts';
import { causeOf } from '../../words/cause.ts';
import type { HandlerSnapshot } from '../../words/handler.ts';
import type { FailuresRequest } from '../log/ranges.ts';

/** Groups that are looked at, that are told of, and failures that are looked at in one go. */
export const mostLookedAt = 5000;
export const mostGroups = 100;
export const countedAtOnce = 20_000;
/** Ms after which it is told what has been counted until then. */
export const mostTime = 2000;

/** A group while it is counted; times in ms. */
export interface Counted {
  readonly id: number;
  readonly perStep: number[];
  count: number;
  unresolved: number;
  waiting: number;
  first: number;
  last: number;
}

/** Failures of a group that began within one step, or of a part of it. */
export type Counts = Pick<Counted, 'count' | 'unresolved' | 'waiting' | 'first' | 'last'>;

export function nothingCounted(id: number, { from, to, step }: FailuresRequest): Counted {
  const perStep = Array.from({ length: Math.ceil((to - from) / step) }, () => 0);
  return { id, perStep, count: 0, unresolved: 0, waiting: 0, first: 0, last: 0 };
}

/** Adds what began after all that was counted before. */
export function add(
  group: Counted,
  index: number,
  { count, unresolved, waiting, first, last }: Counts,
): void {
  if (count === 0) return;
  if (group.count === 0) group.first = first;
  group.last = last;
  group.count += count;
  group.unresolved += unresolved;
  group.waiting += waiting;
  group.perStep[index] = (group.perStep[index] ?? 0) + count;
}

/** The columns of the newest failure of a group that are told of it. */
export const newestColumns = `handler_id as id, handler_number as number, handler_name as name, handler_type as type, priority,
  code, response, error, (select kind from failure_groups where failure_groups.id = failure_group) as kind`;

export type Newest = HandlerSnapshot & {
  readonly kind: string;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
};

/** Those that are told of: the largest. */
export function largest(groups: readonly Counted[]): readonly Counted[] {
  return groups.toSorted((a, b) => b.count - a.count).slice(0, mostGroups);
}

export function shownGroup({ id: _, first, last, ...counts }: Counted, newest: Newest): FailureGroup {
  const { code, response, error, kind, ...handler } = newest;
  const sample = causeOf({ code, response, error }) ?? kind;
  return { handler, kind, sample, ...counts, first: isoOf(first), last: isoOf(last) };
}

/** @param complete all that there is was counted */
export function shownGroups(
  { from, step }: FailuresRequest,
  groups: readonly Counted[],
  items: readonly FailureGroup[],
  complete: boolean,
): FailureGroups {
  return {
    from: isoOf(from),
    step: step / 1000,
    items,
    complete: complete && groups.length <= mostGroups,
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
