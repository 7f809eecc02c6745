import type { Accepted, IdempotencyKey, NewEvent } from './journal/accept.ts';
import type { ChainState } from './journal/chain.ts';
import type {
  BeginReplay,
  ContinuedReplay,
  ContinueReplay,
  Replay,
  Replayed,
  StoredReplay,
} from './journal/replay.ts';
import type { Take, Taken, TurnEnd } from './journal/turn.ts';
import type { CancelParked, DueBatch, Emission, EndedParked, ParkedBatch, Work } from './journal/work.ts';

export interface StoredCircuit {
  readonly handler: string;
  readonly state: 'closed' | 'open' | 'gone';
  readonly since: number;
  readonly error: string | null;
}

/** An alarm that a watch node has told of and that holds, or, with null, that does no more. */
export interface KeptAlarm {
  /** Id of the node. */
  readonly watch: string;
  /** Which of its alarms. */
  readonly key: string;
  /** JSON of it. */
  readonly alarm: string | null;
}

/** What was found when the journal was opened, besides work. */
export interface Found {
  readonly circuits: readonly StoredCircuit[];
  /** Bulk replays that are not over, oldest first. */
  readonly replays: readonly StoredReplay[];
  /** Alarms that have been told of, and that hold as far as anybody knows. */
  readonly alarms: readonly (KeptAlarm & { readonly alarm: string })[];
}

export interface Prune {
  /** Settled events last touched before this are pruned; null keeps them. */
  readonly settledBefore: number | null;
  /** Settled events kept at most; null: no bound. */
  readonly keepSettled: number | null;
  readonly keysBefore: number;
  /** Ms of the writer's time that the step takes; it ends soon after them, and has done something by then. */
  readonly forMs: number;
}

export interface Pruned {
  /** Events that were pruned in this step. */
  readonly pruned: number;
  /** Events and keys that are to be pruned yet, as far as they are counted: beyond some thousands it does not matter. */
  readonly behind: number;
  /** Whether another step has work to do, be it to count. */
  readonly more: boolean;
  /** Ms that the step took of the writer's time. */
  readonly ms: number;
}

/** Told why the last thing to be written was not, and what to do; null when it was. */
export type OnTrouble = (trouble: string | null) => void;

/**
 * The durable store of events and executions: whatever a promise of it has resolved is on disk.
 * Operations are carried out in the order they were called in; several share one commit. Times are ms since the epoch.
 * All of them reject with `Unavailable` when the disk does not take them, with `WriteRefused` when it is the operation
 * itself that can't be kept; nothing of the operation is then kept. Only where the disk has taken all of it and its sync
 * has failed it may be there, whole, if the process ends before anything else is written.
 */
export interface Journal {
  /** Part of every id, so that ids of another journal are never given again. */
  readonly tag: string;
  readonly found: Found;
  /**
   * Tells of work, before the operation resolves that made it runnable; at once of what was found when the journal was
   * opened. There is one who is told.
   */
  onWork(tell: (work: Work) => void): void;
  /**
   * All or none. The events are emitted in the same write while `emit` lasts and their object allows.
   * @param backlogLimit accepted and untaken events at most, with these; default: no bound
   */
  accept(
    events: readonly NewEvent[],
    emit: number,
    key?: IdempotencyKey,
    backlogLimit?: number,
  ): Promise<Accepted>;
  take(take: Take): Promise<Taken>;
  /**
   * Writes what became of an execution, and what follows for its event, as one: what a reader sees is always whole.
   * What can't be kept fails instead, so that people see it and others go on: it never rejects with `WriteRefused`.
   */
  endTurn(end: TurnEnd): Promise<ChainState>;
  /**
   * Emits up to `limit` ready events of these event nodes, each node's oldest first, the nodes in turn. When they have
   * fewer: those of nodes, too, that are neither among them nor among `off`.
   */
  emitNext(limit: number, nodes: readonly string[], off?: readonly string[]): Promise<readonly Emission[]>;
  /** Makes emitted and untaken events ready again: these, or all. */
  recall(events?: readonly number[]): Promise<void>;
  /** Marks emitted events that nobody took; `emit` is the number of emission slots free for those behind them. */
  unclaim(events: readonly number[], emit: number, at: number): Promise<void>;
  /** Starts up to `limit` due events that wait for this handler, in the order they were taken. */
  startNext(handler: string, limit: number, at: number): Promise<DueBatch>;
  /**
   * Starts up to `limit` parked executions of a handler that are due, longest due first.
   * @param last the execution that the handler was tried with last, 0: none. Then it is tried with one, due or not: the
   * oldest that its object lets run after that one, of another object if there is one; after the last comes the first
   */
  startParked(handler: string, limit: number, at: number, last?: number): Promise<ParkedBatch>;
  /** Ends parked executions. @returns one entry for each */
  cancelParked(cancel: CancelParked): Promise<readonly EndedParked[]>;
  /** Runs settled executions again, or emits an event again that nobody took or listened to. */
  replay(replay: Replay): Promise<Replayed>;
  beginReplay(begin: BeginReplay): Promise<StoredReplay>;
  /** Lets a part of it go, and keeps how far it has come, in one write. */
  continueReplay(part: ContinueReplay): Promise<ContinuedReplay>;
  /** Cancels it. */
  endReplay(id: number, at: number): Promise<'cancelled' | 'over' | 'unknown'>;
  /**
   * Keeps a circuit that is not closed for the next start.
   * @param from what it was here: where instances know different things, it stays as it is
   */
  saveCircuit(circuit: StoredCircuit, from: StoredCircuit['state']): Promise<void>;
  /** Keeps an alarm for the next start, or no more. */
  saveAlarm(alarm: KeptAlarm): Promise<void>;
  /** Prunes for a while; others wait for that long. */
  prune(prune: Prune): Promise<Pruned>;
}
