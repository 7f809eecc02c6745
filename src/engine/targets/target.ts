import type { Outcome } from '../words/outcome.ts';

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
