import type { EventContent, IdempotencyKey, NewEvent } from '../journal/accept.ts';
import type { StartedExecution } from '../journal/chain.ts';
import type { BeginReplay } from '../journal/replay.ts';
import type { Emission, StartedEvent } from '../journal/work.ts';
import type { Stage, stage } from '../stage.ts';

/** Whose execution it is. */
export interface OfEvent extends Omit<EventContent, 'payload'> {
  readonly seq: number;
}

/** An event as its turns see it. What stands behind the payload in its row is dearer to read. */
export interface EventHead extends OfEvent {
  readonly node: string | null;
  readonly stage: Stage;
  /** Orders a lane: its own seq until it is taken, then the seq of its first execution. */
  readonly turn: number;
  readonly acceptedAt: number;
  /** In µs: when its first pass was over, and each change since. Null: it is in its first pass, or before it. */
  readonly touchedAt: number | null;
  readonly executor: string | null;
  /** While it waits for one: the id of the handler that its chain goes on with. */
  readonly nextHandler: string | null;
}

export type EventRow = EventHead & Pick<EventContent, 'payload'> & Required<Pick<NewEvent, 'hops'>>;

/** What may change of an event. */
export type EventPatch = Partial<EventContent> &
  Partial<Pick<EventRow, 'stage' | 'turn' | 'touchedAt' | 'executor' | 'nextHandler'>>;

/** An execution with its place in the chain, as its turns see it. */
export interface StoredExecution extends StartedExecution {
  readonly position: number;
}

/** What only its row says of an execution, or the readers want of it. */
interface OfExecution extends Omit<OfEvent, 'seq'> {
  /** Seq of its event. */
  readonly event: number;
  /** Its handler has missed a later event of its object. */
  readonly stale: boolean;
  readonly attemptStartedAt: number | null;
  readonly requestHeaders: string | null;
  readonly responseHeaders: string | null;
  readonly sentBody: string | null;
  /** The execution that stands in its place now. */
  readonly replayedAs: number | null;
  readonly failureGroup: number | null;
  /** Which of what is done with many has made it of an event that its handler had missed. */
  readonly delivery: number | null;
}

export interface ExecutionRow extends StoredExecution, OfExecution {}

/** What may change of an execution. */
export type ExecutionPatch = Partial<
  Omit<ExecutionRow, 'seq' | 'event' | 'position' | 'handler' | 'stop' | 'replayOf' | keyof EventContent>
>;

/** A parked execution that may be started or cancelled. */
export interface ParkedRow {
  readonly seq: number;
  /** Seq of its event. */
  readonly event: number;
  readonly handler: string;
  readonly attempts: number;
  readonly dueAt: number | null;
}

/** A request that is recognised by its key. */
export interface KeptKey {
  readonly hash: string;
  /** The seq of its first event; the others follow. */
  readonly first: number;
  readonly events: number;
}

/** Executions, as their chains see them. */
export interface ExecutionRows {
  addExecution(row: ExecutionRow): void;
  execution(seq: number): Pick<ExecutionRow, 'status' | 'attempts' | 'startedAt' | 'error'> | undefined;
  changeExecution(seq: number, patch: ExecutionPatch): void;
  /** All executions of an event, by seq. */
  executionsOf(event: number): readonly StoredExecution[];
  /** The first one of an event after this that is pending, by seq. */
  nextPending(event: number, after: number): number | undefined;
  /** Of a handler's executions of an object the first one that is not settled. */
  firstUnsettled(
    objectKey: string,
    handler: string,
  ): { readonly seq: number; readonly blocked: boolean } | undefined;
  /** Makes way in the row for its next attempt. */
  keepAttempt(execution: number): void;
  /** Names the execution that stands in this place of the chain from now on. */
  replace(event: number, position: number, by: number): void;
  keepAsker(execution: number, by: string): void;
  /** The group of a handler's failures of one kind. */
  failureGroup(handler: string, code: number | null, error: string): number;
  /** What a handler has parked, or will yet run, of an object is stale. */
  markStale(handler: string, objectKey: string): void;
  /** What of a handler is stale and not parked is so no more. */
  renew(handler: string): void;
}

/** Parked executions that may run, and who is tried. */
export interface ParkedRows {
  /** Whether the handler may be tried now, and what it was tried with last; `last`: as far as is known here. */
  claimProbe(handler: string, at: number, last: number): Probing;
  /** The handler is tried with this one; null: with none. */
  keepProbe(handler: string, execution: number | null): void;

  /** Parked executions that are due, longest due first. */
  parkedDue(handler: string, at: number, limit: number): readonly ParkedRow[];
  /** The first one after another, of another object; null: of whichever. What waits behind an earlier one is left out. */
  parkedAfter(handler: string, after: number, otherThan: string | null): ParkedRow | undefined;
  parked(execution: number): ParkedRow | undefined;
  parkedOf(handler: string, limit: number): readonly ParkedRow[];
  parkedStale(handler: string, limit: number): readonly ParkedRow[];
  /** When the handler's next parked execution is due. */
  nextDueAt(handler: string): number | null;
  objectOf(execution: number): string | undefined;
}

/**
 * The rows of a journal, as its operations read and write them: they decide, and know nothing of what keeps the rows.
 * What is written is seen by what is read next. All that is found is found by an index, however many rows there are.
 */
export interface Rows extends ExecutionRows, ParkedRows {
  /** A seq that no event was ever given. */
  nextEventSeq(): number;
  nextExecutionSeq(): number;

  addEvent(event: EventRow): void;
  event(seq: number): EventHead | undefined;
  wholeEvent(seq: number): EventRow | undefined;
  /** The event of an execution. */
  eventOf(execution: number): EventHead | undefined;
  hopsOf(event: number): number;
  changeEvent(seq: number, patch: EventPatch): void;
  /** How many accepted events nobody has taken; who changes that says so. */
  readonly waiting: { readonly count: number; add(difference: number): void };

  /** The furthest stage that an open event of the object has reached; -1 when there is none. */
  foremost(objectKey: string): number;
  /** The first of an object's events that wait behind another one: taken ones, or accepted ones. */
  firstInLane(objectKey: string, at: typeof stage.queued | typeof stage.behind): EventRow | undefined;
  /** Ready events of the object are behind again. */
  holdBack(objectKey: string): void;

  /** Due events that wait for the handler, in the order they were taken. */
  due(handler: string, limit: number): readonly EventRow[];
  /** Ready events of an event node, oldest first. */
  ready(node: string, limit: number): readonly Emission[];
  /** The next event node by id that has ready events; undefined: there is none. */
  nextNodeReady(after: string): string | undefined;
  /** Whether an event is emitted, and told of, from here: where its message is, or nobody has that any more. */
  isAtHome(seq: number): boolean;
  /** Emitted events are ready again. */
  recallAll(): void;

  /** Where a request is known that was made since then: ms since the epoch. */
  key(key: string, since: number): KeptKey | undefined;
  addKey(key: IdempotencyKey, kept: Omit<KeptKey, 'hash'>, at: number): void;
}

/** What the instances know of the tries of a handler whose circuit is open. */
export interface Probing {
  /** It is another one's turn to try. */
  readonly elsewhere: boolean;
  /** The execution that it was tried with last, 0: none; and when, in ms since the epoch. */
  readonly last: number;
  readonly at: number;
}

/** What is done with many, as the journal keeps it. */
export interface BulkRows {
  add(begin: BeginReplay): number;
  /** Who has asked for it; undefined: it is over, or unknown. */
  running(id: number): { readonly by: string | null } | undefined;
  advance(id: number, by: { readonly replayed: number; readonly looked: number }, cursor: number): void;
  /** @returns whether it was running until now */
  end(id: number, state: 'done' | 'cancelled', at: number): boolean;
  isKnown(id: number): boolean;
}

/** An event with its chain, as the window wants it. */
export function loaded(row: EventRow, executions: readonly StartedExecution[]): StartedEvent {
  const { seq, eventType, objectId, objectKey, ordered, payload, executor, hops, touchedAt } = row;
  const passed = touchedAt !== null;
  return { seq, eventType, objectId, objectKey, ordered, payload, executor, hops, passed, executions };
}

/** Where an event's executions are ordered; null: nowhere. */
export function laneOf({ objectKey, ordered }: Pick<OfEvent, 'objectKey' | 'ordered'>): string | null {
  return ordered ? objectKey : null;
}
