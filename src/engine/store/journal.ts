import type { ExecutionStatus } from '../words/execution.ts';
import type { HandlerSnapshot } from '../words/handler.ts';
import type { BulkKind } from './log/bulk.ts';
import type { Stage } from './stage.ts';

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
  | { readonly outcome: 'accepted' | 'duplicate'; readonly events: readonly AcceptedEvent[] }
  | { readonly outcome: 'conflict' }
  /** So many wait already that these would exceed the bound. */
  | { readonly outcome: 'full'; readonly waiting: number };

export interface AcceptedEvent {
  readonly seq: number;
  readonly stage: Stage;
}

/** A place in a chain, fixed when the event is taken. */
export interface Link {
  readonly handler: HandlerSnapshot;
  /** `onFailure: stop` */
  readonly stop: boolean;
  /** Of the target that is called first, for people; it is stored again with each attempt. */
  readonly target: string;
}

/** A place in a chain, and what has become of it with the take itself, by its handler's condition. */
export interface TakenLink extends Link {
  readonly settled?: Pick<StartedExecution, 'passedBy'> & {
    readonly status: 'failed' | 'skipped';
    readonly error: string;
  };
  /** Its condition is judged when its turn comes. */
  readonly unjudged?: true;
}

export interface Take {
  /** The event's seq, or an event that is accepted in the same write. */
  readonly event: number | NewEvent;
  /** What the flow made of an accepted event; absent when it came as it went. */
  readonly changed?: EventContent;
  /** The executor node; null when nobody waits for a message. */
  readonly executor: string | null;
  /** In chain order. None: the event is settled as `unhandled`, or, where it was passed by, as `succeeded`. */
  readonly links: readonly TakenLink[];
  /** Somebody listens to it, be it that nobody's condition is met. */
  readonly passedBy?: boolean;
  /** Handlers that listen to it but are disabled: what they have parked of its object is stale from now on. */
  readonly missed: readonly string[];
  /** Start it at once unless an earlier event of its object is in its first pass; else it becomes due. */
  readonly start: boolean;
  readonly at: number;
  /** An emission slot that is free for whoever this take lets go next. */
  readonly emit: boolean;
}

export type Taken =
  | ({
      readonly outcome: 'taken';
      readonly seq: number;
      /** As in `NewEvent`. */
      readonly hops: number;
      /** Seqs of its executions, in chain order. */
      readonly chain: readonly number[];
    } & ChainState)
  /** `already`: it was taken before, or is so old that its row is gone. */
  | { readonly outcome: 'already' };

/** What an attempt left behind. Headers are redacted. */
export interface AttemptRecord {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly code: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly requestHeaders: string | null;
  readonly responseHeaders: string | null;
  /** What was sent in the place of the envelope; '' for no body at all, absent where it was the envelope. */
  readonly sentBody?: string | undefined;
  readonly target: string;
}

/** An execution's new state. */
export interface ExecutionChange {
  readonly seq: number;
  readonly handler: string;
  readonly status: ExecutionStatus;
  /** The attempt that brought it there; absent when none was made. */
  readonly attempt?: AttemptRecord;
  /** Attempts made before; the last of them moves to the attempts' own table. */
  readonly attemptsBefore: number;
  /** Why it has this status although no attempt was made. */
  readonly error?: string;
  /** It is skipped on purpose: nobody has to set it right. */
  readonly passedBy?: true;
  readonly nextAttemptAt?: number;
  /** Retries of the schedule used up. */
  readonly retries?: number;
}

/** An execution's turn has ended, or it was ended. What follows for its event is for the journal to decide. */
export interface TurnEnd {
  readonly event: number;
  readonly change: ExecutionChange;
  /** Given when it was its event's turn in the first pass, which goes on with these. */
  readonly pass?: NextTurns;
  readonly at: number;
  /** An emission slot is free for whoever this lets go next. */
  readonly emit: boolean;
}

/** What is known of the handlers whose turn may come next. Whoever else's it is: the event becomes due for it. */
export interface NextTurns {
  /** Those that may not be called now, and what becomes of their executions when it is their turn. */
  readonly stopped: readonly ExecutionChange[];
  /** The first one that may be called now: a slot is reserved for it. */
  readonly start: { readonly seq: number; readonly handler: string } | null;
  /** All of the chain before has succeeded, and whoever ends the turn knows it. */
  readonly plain: boolean;
  /** Nobody may be told now that the first pass is over: the event stays due until it may. */
  readonly untold: boolean;
}

/** How an event and its chain stand after a write. */
export interface ChainState {
  readonly stage: Stage;
  /** Executions that have become something else than was asked for: parked behind an earlier one, skipped, failed. */
  readonly changed: readonly number[];
  /** The chain as the journal has it; absent when all of it went as asked for. */
  readonly executions?: readonly StartedExecution[];
  /** What the journal could not keep, and why: what it says instead is in `executions`. */
  readonly unkept?: string;
}

/** Work that became runnable, through whatever. */
export interface Work {
  /** Events that have been emitted into a slot that an operation had to give. */
  readonly emitted: readonly Emission[];
  /** Events became ready and wait for an emission slot. */
  readonly ready: boolean;
  /** Handlers that taken events wait for. */
  readonly due: readonly string[];
  /** Handlers that have parked executions which may run, and from when on (ms since the epoch). */
  readonly parked: readonly { readonly handler: string; readonly at: number }[];
}

/** An event on its way into the flow. */
export interface Emission extends Pick<NewEvent, 'node' | 'payload' | 'eventType' | 'objectId'> {
  readonly seq: number;
}

/** A taken event that has been started, with its whole chain. */
export interface StartedEvent extends EventContent {
  readonly seq: number;
  readonly executor: string | null;
  /** As in `NewEvent`. */
  readonly hops: number;
  /** Its first pass was over before: its executor has had its message. */
  readonly passed: boolean;
  readonly executions: readonly StartedExecution[];
}

/** Due events whose turn in the window came. */
export interface DueBatch {
  /** Their next execution runs. */
  readonly started: readonly StartedEvent[];
  /** They have left the window again in the same write. */
  readonly passed: readonly LeftEvent[];
}

/** An event with its chain, and how it stands after a write that it does not run after. */
export interface LeftEvent extends ChainState {
  readonly event: StartedEvent;
}

export interface StartedExecution extends Link, Pick<AttemptRecord, 'code' | 'response' | 'error'> {
  readonly seq: number;
  readonly status: ExecutionStatus;
  readonly retries: number;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly startedAt: number | null;
  /** While it is parked: when it is due. */
  readonly nextAttemptAt: number | null;
  /** It is parked behind an earlier one of its handler and object. */
  readonly blocked: boolean;
  readonly replayOf: number | null;
  /** It is skipped because its handler's condition is not met. */
  readonly passedBy: boolean;
  /** Its handler's condition is judged when its turn comes. */
  readonly unjudged: boolean;
}

/** A parked execution that has been started. */
export interface StartedParked {
  readonly execution: number;
  readonly event: StartedEvent;
  /** When it was due; ms since the epoch. */
  readonly dueAt: number | null;
}

export interface ParkedBatch {
  readonly started: readonly StartedParked[];
  /** Their start could not be kept: they have failed. */
  readonly failed: readonly EndedParked[];
  /** Another instance tries the handler, or did so a moment ago: with this execution, at that time. */
  readonly probedElsewhere?: { readonly execution: number; readonly at: number };
  /** When the handler's next parked execution is due; null when none waits that may run. */
  readonly nextAt: number | null;
}

/** A parked execution that was ended without a call, with its event as it is now. */
export interface EndedParked extends LeftEvent {
  readonly execution: number;
}

export interface CancelParked {
  /** `stale`: those that are; what else is, and not parked, is so no more. */
  readonly which: { readonly execution: number } | { readonly handler: string; readonly stale: boolean };
  /** Why, for the row. */
  readonly why: string;
  /** Executions at most. */
  readonly limit: number;
  readonly at: number;
}

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
 * Operations are carried out in the order they were called in; several share one commit.
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
