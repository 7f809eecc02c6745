import type { BulkKind } from '../log/bulk.ts';
import type { Link } from './chain.ts';

export interface Replay {
  /** Executions of one event, or all of an event that failed or were skipped. */
  readonly which: { readonly executions: readonly number[] } | { readonly event: number };
  /** Handlers that may be called; the others are left out. */
  readonly callable: readonly string[];
  /** Event nodes that can emit, now or once they are switched on again; null or absent: it is not known. */
  readonly emitters?: readonly string[] | null;
  /** Who asks, which is kept with what runs again; null or absent: nobody knows. */
  readonly by?: string | null;
  readonly at: number;
}

export type Replayed =
  | { readonly outcome: 'replaying'; readonly executions: readonly number[] }
  | { readonly outcome: 'conflict'; readonly why: string }
  | { readonly outcome: 'unknown' };

/** Something that is done with all that matches a filter, as the journal keeps it while it is on its way. */
export interface StoredReplay {
  readonly id: number;
  readonly kind: BulkKind;
  /** JSON of its kind's filter. */
  readonly filter: string;
  /** So many of its kind a second; 0: no bound. */
  readonly ratePerSecond: number;
  /** The last event that was meant when it was asked for, and the one that it has come to; seqs. */
  readonly until: number;
  readonly cursor: number;
  /** Of executions, the last one that there was then; seq, null: it is not known. */
  readonly upTo: number | null;
}

export interface BeginReplay extends Omit<StoredReplay, 'id' | 'cursor'> {
  /** As in `BulkRow`. */
  readonly matched: number;
  /** Who asks; null when nobody knows. */
  readonly by: string | null;
  readonly at: number;
}

/** What a part of it lets go, in this order; seqs. What can't go any more is left out. */
export type LetGo =
  /** Of each event its executions, which run again. */
  | { readonly executions: readonly (readonly number[])[]; readonly callable: readonly string[] }
  /** Events that nobody took or listened to, which are emitted again. */
  | { readonly events: readonly number[]; readonly emitters: readonly string[] | null }
  /** Events that a handler has missed: each calls it, and nobody else. */
  | { readonly missed: readonly number[]; readonly link: Link };

/** Its next part is to be let go. */
export interface ContinueReplay {
  readonly id: number;
  readonly letGo: LetGo;
  /** The last event that was looked at, and how many were. */
  readonly cursor: number;
  readonly looked: number;
  /** Nothing comes after them. */
  readonly ends: boolean;
  readonly at: number;
}

export interface ContinuedReplay {
  /** False once it is over, or was cancelled: nothing was done then. */
  readonly running: boolean;
  /** Executions, or events, that were let go. */
  readonly replayed: number;
}
