/** What came of an attempt. It never throws: whatever goes wrong is an outcome. */
export interface Outcome {
  readonly ok: boolean;
  /** HTTP status or exit code; null when there was none. */
  readonly code: number | null;
  /** Response body or standard output: the first 64 KiB, as text; null when there was none. */
  readonly response: string | null;
  /** What happened and what to do, secrets redacted; null on success. */
  readonly error: string | null;
  /**
   * Whether the failure speaks of the target rather than of this event: no connection, a timeout, 408, 425,
   * 429, 5xx, a script that does not start. Such failures open a circuit.
   */
  readonly outage: boolean;
  /**
   * The failure is the target's judgement of this event, such as 400 or 404, and will not pass by itself. All others
   * may: no whole answer, 408, 409, 425, 429, 5xx, and whatever goes wrong with a script or a flow.
   */
  readonly final: boolean;
  /** Nobody was called: of this event and these settings no call can be made, however often it is tried. */
  readonly uncalled: boolean;
  /** The target said that it is gone for good (410). */
  readonly gone: boolean;
  /** The target asked to be left alone so long, in ms. */
  readonly retryAfterMs: number | null;
  /** Headers as sent, secrets redacted; empty for a script. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** For people, secrets redacted: who was called, where that is told by the event. */
  readonly target?: string;
  /** What was sent in the place of the envelope: the first 64 KiB, secrets redacted; '' for no body at all. */
  readonly sentBody?: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

const nothing: Outcome = {
  ok: false,
  code: null,
  response: null,
  error: null,
  outage: false,
  final: false,
  uncalled: false,
  gone: false,
  retryAfterMs: null,
  requestHeaders: {},
  responseHeaders: {},
};

/** A failed attempt: what happened and what to do, and whatever else is known of it. */
export function failure(error: string, facts: Partial<Outcome> = {}): Outcome {
  return { ...nothing, ...facts, error };
}

/** A failure that speaks of the target. */
export function outage(error: string): Outcome {
  return failure(error, { outage: true });
}

/** A successful attempt. */
export function success(facts: Partial<Outcome>): Outcome {
  return { ...nothing, ...facts, ok: true };
}
