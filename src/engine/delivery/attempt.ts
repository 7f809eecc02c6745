import type { AttemptRecord } from '../store/journal/chain.ts';
import type { Call, Target } from '../targets/target.ts';
import { messageOf } from '../words/errors.ts';
import { type Outcome, outage } from '../words/outcome.ts';
import type { Time } from '../words/time.ts';

/** What an attempt came to, with the record that the journal keeps of it. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly record: AttemptRecord;
}

/** Calls a target once and records it. A target that throws against its promise has failed. */
export async function makeAttempt(target: Target, call: Call, time: Time): Promise<Attempt> {
  const startedAt = time.now();
  const begun = time.monotonic();
  const outcome = await target.call(call).catch(brokenTarget);
  const { code, response, error, requestHeaders, responseHeaders, sentBody } = outcome;
  return {
    outcome,
    record: {
      startedAt,
      durationMs: Math.round(time.monotonic() - begun),
      code,
      response,
      error,
      requestHeaders: jsonOf(requestHeaders),
      responseHeaders: jsonOf(responseHeaders),
      sentBody,
      target: outcome.target ?? target.description,
    },
  };
}

function brokenTarget(error: unknown): Outcome {
  const message = messageOf(error);
  return outage(`the call could not be made: ${message}`);
}

function jsonOf(headers: Readonly<Record<string, string>>): string | null {
  for (const _ in headers) return JSON.stringify(headers);
  return null;
}
