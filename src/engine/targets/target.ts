/** One attempt to be made. */
export interface Call {
  readonly eventId: string;
  readonly eventType: string;
  readonly objectId: string;
  /** The taken envelope's JSON; the same text on every attempt. */
  readonly body: string;
  /** Calls of handlers, each for the event before, that have led to this event: what it leads to has one more. */
  readonly hops: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** The same on every attempt, replay and restart, so that a receiver can tell a repetition. */
  readonly webhookId: string;
}

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
  /** The target said that it is gone for good (410). */
  readonly gone: boolean;
  /** The target asked to be left alone so long, in ms. */
  readonly retryAfterMs: number | null;
  /** Headers as sent, secrets redacted; empty for a script. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/** Somebody who can be called. Configuration is fixed when it is made; an attempt ends under the one it began with. */
export interface Target {
  /** For people: `POST https://crm.example/hooks` or `notify.sh --all`. No secret in it. */
  readonly description: string;
  /**
   * Makes one attempt; settles at the handler's timeout at the latest (a script's tree 3 s after). Time that this
   * process stood still does not count.
   */
  call(call: Call): Promise<Outcome>;
  /**
   * Lets go of connections and processes once the calls in flight have settled. Resolves then, or after 15 s: calls
   * that are still under way go on to their end, and their process with them. Never rejects.
   */
  close(): Promise<void>;
}
