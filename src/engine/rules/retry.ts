import type { RetryOn } from '../words/handler-settings.ts';
import type { Outcome } from '../words/outcome.ts';

/** How the time to the next attempt is spread, so that what failed together does not come back together. */
const jitter = 0.2;
/** The longest that a receiver may ask to be left alone, in ms. */
const longestRetryAfter = 24 * 60 * 60 * 1000;

export interface Schedule {
  /** Seconds before each retry. */
  readonly retryDelays: readonly number[];
  readonly retryOn: RetryOn;
}

/** Where an execution goes after a failed attempt: to its next one, or nowhere. */
export type AfterFailure = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/** Whether a failed attempt ends its execution, whatever the schedule says: neither the answer nor the event will change by itself. */
export function isFinal({ retryOn }: Pick<Schedule, 'retryOn'>, outcome: Outcome): boolean {
  return outcome.uncalled || (retryOn === 'transient' && outcome.final);
}

/**
 * The handler's schedule, ±20 %; a longer `Retry-After` wins, up to 24 h (rule 7).
 * @param retries retries made so far
 * @param random from 0 to 1
 */
export function afterFailure(
  schedule: Schedule,
  retries: number,
  outcome: Outcome,
  random: number,
): AfterFailure {
  const seconds = schedule.retryDelays[retries];
  if (seconds === undefined || isFinal(schedule, outcome)) return { retry: false };
  const scheduled = seconds * 1000 * (1 + jitter * (2 * random - 1));
  const asked = Math.min(outcome.retryAfterMs ?? 0, longestRetryAfter);
  return { retry: true, delayMs: Math.round(Math.max(scheduled, asked)) };
}
