import type { Stage } from '../stage.ts';

/** What an event says, and whose it is. */
export interface EventContent {
  readonly eventType: string;
  readonly objectId: string;
  readonly objectKey: string;
  /** Whether it waits for its turn behind the open events of its object. */
  readonly ordered: boolean;
  /** The envelope's JSON. */
  readonly payload: string;
}

/** An event to be accepted. Times are ms since the epoch, here and everywhere in the journal. */
export interface NewEvent extends EventContent {
  /** The event node that will emit it; null when nobody does. */
  readonly node: string | null;
  readonly acceptedAt: number;
  /** Calls of handlers, each for the event before, that have led to it; absent: none. */
  readonly hops?: number;
}

/** How long a request is recognised by its key, in ms. */
export const keyLifetime = 24 * 60 * 60 * 1000;

/** A request's key, and a hash of its content that tells a repetition from another request with the same key. */
export interface IdempotencyKey {
  readonly key: string;
  readonly hash: string;
}

export type Accepted =
  | { readonly outcome: 'accepted'; readonly events: readonly AcceptedEvent[] }
  /** Those that the first request of this key has made. */
  | { readonly outcome: 'duplicate'; readonly events: readonly Pick<AcceptedEvent, 'seq'>[] }
  | { readonly outcome: 'conflict' }
  /** So many wait already that these would exceed the bound. */
  | { readonly outcome: 'full'; readonly waiting: number };

export interface AcceptedEvent {
  readonly seq: number;
  readonly stage: Stage;
}
