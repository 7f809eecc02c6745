import type { Share } from '../rules/share.ts';
import type { StoredReplay } from './journal/replay.ts';
import type { StoredCircuit } from './journal.ts';

/** An instance of Node-RED that takes part in a registry. */
export interface Instance {
  /** Of this start: each is another one. */
  readonly id: number;
  /** For people. */
  readonly name: string;
  /** Of this package. */
  readonly version: string;
  /** Ms since the epoch, by the clock of the store. */
  readonly startedAt: number;
  readonly seenAt: number;
  /** It was not seen for so long that the others go on with what it had in hand. */
  readonly dead: boolean;
}

/** What the instances know together of a handler's circuit. */
export interface SharedCircuit extends StoredCircuit {
  /** In a row. */
  readonly failures: number;
  /** The execution that it was tried with last, and when; null: it was not tried. */
  readonly probed: number | null;
  readonly probedAt: number | null;
  /** Another instance tries it now. */
  readonly triedElsewhere: boolean;
}

/** @param outdated handlers of which it is not news */
export type TellCircuits = (circuits: readonly SharedCircuit[], outdated: ReadonlySet<string>) => void;

/** An event whose first pass is over. */
export interface PassedEvent {
  readonly event: number;
  /** This instance was dead for the others: one of them has gone on with it, and sent its message. */
  readonly goneOn: boolean;
}

/** The instances that share a store. */
export interface Instances {
  /** The id of this one. */
  readonly own: number;
  /** As they were seen some seconds ago at most. */
  list(): readonly Instance[];
  /** Ms that the clock of all, which is the store's, is ahead of the one that the store was opened with. */
  ahead(): number;
  /** How many events each one has out in the flow, or in their first pass, by its id. */
  inHand(): Promise<ReadonlyMap<number, number>>;
  /**
   * Tells the others which handlers, and event nodes, this one has: what it has not is left to them.
   * @param handlers how many of its calls there may be at a time, by id: the instances that have it share them
   */
  equip(handlers: ReadonlyMap<string, number>, eventNodes: readonly string[]): void;
  /** This one's share of a handler. */
  shareOf(handler: string): Share;
  /** `tell` is told when an instance has come or gone, or has other handlers. */
  onMembers(tell: () => void): void;
  /** `tell` is told each time that this one has looked at what others have done: once a second, or more often. */
  onLook(tell: () => void): void;
  /** What is done with many, and was done by an instance that is gone: it is this one's from now on. */
  claimReplays(): Promise<readonly StoredReplay[]>;
  /**
   * What others have changed since this was asked last: the newest ones, when there is much.
   * @returns seqs of executions
   */
  changedElsewhere(): Promise<readonly number[]>;
  /** @returns those of some events whose first pass is over */
  passed(events: readonly number[]): Promise<readonly PassedEvent[]>;
  /** `tell` is told that others have switched something: it is in the handler book by then. */
  onSwitched(tell: () => void): void;
  /**
   * `tell` is told of all circuits that the instances know something of, each time that this one has looked, and of
   * which handlers that is outdated: this one has changed their circuits since it began to look.
   */
  onCircuits(tell: TellCircuits): void;
  /**
   * A call has failed, in a way that speaks of its target, while the circuit was closed.
   * @returns failures in a row, of all instances; null: it is not closed any more
   */
  countFailure(handler: string): Promise<number | null>;
  /** The probe that this one has made is over. @param error what it came to; null: nobody was called */
  endProbe(handler: string, error: string | null): Promise<void>;
}
