import type { ParkedFor } from '../words/execution.ts';
import type { HandlerBook } from './handler-book.ts';
import type { Instances } from './instances.ts';
import type { Journal, OnTrouble } from './journal.ts';
import type { ExecutionLog } from './log.ts';

/** All that a registry keeps. Nothing above it knows where, or in what. */
export interface Store {
  readonly journal: Journal;
  readonly log: ExecutionLog;
  readonly handlers: HandlerBook;
  /** What was found damaged and has been moved aside, with what to do about it; null when nothing was. */
  readonly notice: string | null;
  /** Resolves when it can't be used any more, with why and what is done about it: it is to be closed and opened anew. */
  readonly lost: Promise<Error>;
  /** Who else shares it; null: it is this process's alone. */
  readonly instances: Instances | null;
  /**
   * Writes a copy to a new folder while everything goes on: it has all that was there when it was called.
   * @throws Conflict when something stands there, Unavailable when it can't be written
   */
  backUp(to: string): Promise<void>;
  /**
   * Lets go of it once everything called before is kept; questions that are not answered yet are refused.
   * @param callsUnderWay calls are not over that were begun with it: others make them again when the lease has ended,
   *   not at once
   */
  close(callsUnderWay?: boolean): Promise<void>;
}

export interface StoreOptions {
  /** The clock of those above: ms since the epoch. */
  readonly now: () => number;
  /** Why an execution is parked: handlers are known above, not in the store. */
  readonly parkedFor: (handler: string, blocked: boolean) => ParkedFor;
  /** Told why the last thing to be written was not, and what to do; null when it was. */
  readonly onTrouble: OnTrouble;
}

/** Where a registry's store is. */
export interface StoreLocation {
  /** For people; two of the same name are the same place. */
  readonly name: string;
  /** What to look at when it does not answer, such as `that its disk is there`. */
  readonly check: string;
  /** Opens what is there, or begins it. @throws JournalError saying what to do; nothing is held then */
  open(options: StoreOptions): Promise<Store>;
}
