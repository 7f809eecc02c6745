import type { Work } from '../../journal/work.ts';
import type { Found } from '../../journal.ts';
import type { JournalErrorKind } from '../../journal-error.ts';
import type { OperationName } from './operations.ts';

/** What crosses between the event loop and the writer's thread. */
export interface Operation {
  readonly name: OperationName;
  readonly args: readonly unknown[];
}

export interface Failure {
  readonly kind: JournalErrorKind;
  readonly message: string;
}

export type Result = { readonly value: unknown } | { readonly failure: Failure };

/** What the thread is started with. */
export interface WriterData {
  readonly folder: string;
  /** Ms since the epoch. */
  readonly now: number;
  /** What the writer before could not write any more: see unwritten.ts. */
  readonly unwritten: readonly Operation[];
  /** False: each row is written as it changes. */
  readonly drafts: boolean;
}

/** To the writer: operations that share one commit; `close` comes last. */
export type ToWriter =
  /** @property isRead whether somebody reads the rows meanwhile: none may go */
  | { readonly batch: readonly Operation[]; readonly isRead: boolean }
  | { readonly backUp: string }
  | { readonly close: true };

/** From the writer: once how the opening went, then one list of results a batch, and an empty one for what it does by itself. */
export type FromWriter =
  | {
      readonly opened: {
        readonly tag: string;
        readonly notice: string | null;
        readonly found: Found;
        readonly work: Work;
        readonly book: string | null;
      };
    }
  /** One answer to each `backUp`, in no order. */
  | { readonly backedUp: string; readonly failure: Failure | null }
  | { readonly refused: Failure }
  /** It can't go on: the journal is closed, and to be opened anew. */
  | { readonly lost: Failure }
  | {
      readonly results: readonly Result[];
      /** What they made runnable. */
      readonly work?: Work;
      /** Something is to be indexed. */
      readonly touched: boolean;
      /** Whether something was written; a batch that only read proves nothing of the disk. */
      readonly wrote: boolean;
      /** Not all of what there is has rows yet: see `writeRows`. */
      readonly drafts: boolean;
    };
