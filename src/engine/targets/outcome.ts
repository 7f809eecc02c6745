import type { Outcome } from './target.ts';

const nothing: Outcome = {
  ok: false,
  code: null,
  response: null,
  error: null,
  outage: false,
  final: false,
  gone: false,
  retryAfterMs: null,
  requestHeaders: {},
  responseHeaders: {},
};

/** A failed attempt: what happened and what to do, and whatever else is known of it. */
export function failure(error: string, facts: Partial<Outcome> = {}): Outcome {
  return { ...nothing, ...facts, error };
}

/** A successful attempt. */
export function success(facts: Partial<Outcome>): Outcome {
  return { ...nothing, ...facts, ok: true };
}
