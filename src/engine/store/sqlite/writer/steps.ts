import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventOutcomeOf, isUnsettled, revivedIn, skippedIn, turnOf } from '../../../rules/chain.ts';
import type {
  Abandon,
  DueBatch,
  ExecutionChange,
  PassedBy,
  Resettle,
  Resettled,
  StartedEvent,
  Step,
  Stepped,
} from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Clock } from './clock.ts';
import { type Executions, laneOf, type OfEvent, type StoredExecution } from './executions.ts';
import type { Isolation } from './isolation.ts';
import type { Lanes } from './lanes.ts';
import type { Sequence } from './sequence.ts';

interface Parts {
  readonly lanes: Lanes;
  readonly executions: Executions;
  readonly sequence: Sequence;
  readonly clock: Clock;
  readonly isolation: Isolation;
}

interface EventRow {
  seq: number;
  stage: Stage;
  eventType: string;
  objectId: string;
  objectKey: string;
  ordered: number;
  payload: string;
  executor: string | null;
  hops: number;
  touchedAt: number | null;
}

const why = 'a handler before it failed and says that the chain stops then';

/** Carries chains on (rules 4, 5 and 6). */
export class Steps {
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    this.#sql = prepare(db);
  }

  step(step: Step): Stepped {
    const { executions, lanes, clock } = this.#parts;
    const { event, start, waitsFor, at, emit } = step;
    const lane = laneOf(step);
    const woken = this.#applyAll(step.changes, lane, at);
    const happened = { woken, blocked: [] };
    if (start) {
      if (!executions.start(start.seq, start.handler, lane, at))
        return { ...happened, stage: stage.running, released: {} };
      return this.#goOn(this.#event(event), at, emit, { woken, blocked: [start.seq] });
    }
    if (waitsFor !== undefined) {
      this.#sql.setStage.run(stage.due, waitsFor, null, event);
      return { ...happened, stage: stage.due, released: {} };
    }
    if (step.ends === undefined) return { ...happened, stage: stage.running, released: {} };
    if (step.ends === 'otherwise') return this.#goOn(this.#event(event), at, emit, happened);
    // All went well and nothing else of the chain is open: no need to look at it again.
    this.#sql.setStage.run(stage.succeeded, null, clock.touch(at), event);
    const released = lane === null ? {} : lanes.release(lane, emit);
    return { ...happened, stage: stage.succeeded, released };
  }

  /** What became of executions outside the window; the event follows. */
  resettle({ event, changes, at, emit }: Resettle): Resettled {
    const row = this.#event(event);
    return this.#followed(row, at, emit, this.#applyAll(changes, laneOf(ofEvent(row)), at));
  }

  startNext(handler: string, limit: number, at: number): DueBatch {
    const started: StartedEvent[] = [];
    const passed: PassedBy[] = [];
    for (const row of this.#sql.due.all(handler, limit) as unknown as EventRow[]) {
      const one = this.#parts.isolation.run<StartedEvent | PassedBy>(
        () => this.#startEvent(row, handler, at),
        (error) => this.#unstartable(row, handler, error, at),
      );
      if ('stage' in one) passed.push(one);
      else started.push(one);
    }
    return { started, passed };
  }

  /** An event's turn in the window passes by, as these executions of it wait behind earlier ones. */
  passBy(event: number, blocked: readonly number[], at: number, emit: boolean): PassedBy {
    const row = this.#event(event);
    const stepped = this.#goOn(row, at, emit, { woken: [], blocked });
    return { ...stepped, event: this.#loaded(row, this.#parts.executions.chain(event)) };
  }

  /** Ends what can't be carried on. */
  abandon({ event, execution, why, leaves, at, emit }: Abandon): Stepped {
    const row = this.#event(event);
    const { isolation, executions } = this.#parts;
    const lane = laneOf(ofEvent(row));
    const failed = () => {
      const woken = this.#applyAll(
        executions
          .chain(event)
          .filter(({ seq, status }) => seq === execution && isUnsettled(status))
          .map((one) => unattempted(one, 'failed', why)),
        lane,
        at,
      );
      if (leaves) return this.#goOn(row, at, emit, { woken, blocked: [] });
      const { skipped: _, ...settled } = this.#followed(row, at, emit, woken);
      return { ...settled, blocked: [] };
    };
    return isolation.run<Stepped>(failed, () => {
      if (!leaves && row.stage !== stage.parked)
        return { stage: row.stage, released: {}, woken: [], blocked: [] };
      return this.#failWhole(row, leaves && emit, execution, why, at);
    });
  }

  /** An execution that can't even be said to have failed: its event has, and whose turn had not come is skipped. */
  #failWhole(row: EventRow, emit: boolean, execution: number, why: string, at: number): Stepped {
    const { isolation, executions, lanes, clock } = this.#parts;
    const lane = laneOf(ofEvent(row));
    const woken = executions
      .chain(row.seq)
      .filter(({ seq, status }) => seq !== execution && status === 'pending')
      .flatMap((one) =>
        isolation.run(
          () => this.#applyAll([unattempted(one, 'skipped', why)], lane, at),
          () => [],
        ),
      );
    const chain = executions
      .chain(row.seq)
      .map((one) => (one.seq === execution ? { ...one, status: 'failed' as const, error: why } : one));
    this.#sql.setStage.run(stage.failed, null, clock.touch(at), row.seq);
    const released = lane === null ? {} : lanes.release(lane, emit);
    return { stage: stage.failed, released, woken, blocked: [], executions: chain };
  }

  /** The event with its chain, as the window wants it. */
  load(seq: number): StartedEvent {
    return this.#loaded(this.#event(seq), this.#parts.executions.chain(seq));
  }

  /** Puts an event whose chain has someone to call back among the due ones, at the end of its object's queue. */
  enqueue(event: OfEvent, handler: string, turn: number): Resettled {
    const queued = event.ordered && this.#parts.lanes.taken(event.objectKey);
    const to = queued ? stage.queued : stage.due;
    this.#sql.enqueue.run(to, turn, handler, event.seq);
    return { stage: to, skipped: [], released: queued ? {} : { dueFor: handler }, woken: [] };
  }

  /** What follows for an event from what became of its executions outside of the window. */
  #followed(row: EventRow, at: number, emit: boolean, woken: readonly string[]): Resettled {
    // While it is in the window, the window will settle it.
    if (row.stage !== stage.parked) return { stage: row.stage, skipped: [], released: {}, woken };
    return this.#settle(row, at, emit, woken);
  }

  /** Its start can't be kept. */
  #unstartable(row: EventRow, handler: string, error: unknown, at: number): PassedBy {
    const chain = this.#parts.executions.chain(row.seq);
    const next = chain.find((one) => one.handler.id === handler && one.status === 'pending');
    const why = `the journal could not keep that it begins: ${error instanceof Error ? error.message : error}`;
    const ended = { event: row.seq, execution: next?.seq ?? 0, why, leaves: true, at, emit: false };
    return { ...this.abandon(ended), event: this.#loaded(row, this.#parts.executions.chain(row.seq)) };
  }

  /** An event leaves the window: to wait for its next handler, or because its first pass is over. */
  #goOn(row: EventRow, at: number, emit: boolean, happened: Pick<Stepped, 'woken' | 'blocked'>): Stepped {
    const { skipped: _, ...settled } = this.#settle(row, at, emit, happened.woken);
    const told = { ...settled, blocked: happened.blocked };
    if (settled.stage <= stage.running) return told;
    return { ...told, executions: this.#parts.executions.chain(row.seq) };
  }

  #settle(row: EventRow, at: number, emit: boolean, woken: readonly string[]): Resettled {
    const { executions, lanes, clock } = this.#parts;
    const event = ofEvent(row);
    const lane = laneOf(event);
    let chain = executions.chain(row.seq);
    const skipped = skippedIn(chain).map((place) => unattempted(chain[place], 'skipped', why));
    const alsoWoken = this.#applyAll(skipped, lane, at);
    const revived = this.#revive(event, chain, at);
    if (skipped.length > 0 || revived) chain = executions.chain(row.seq);
    const told = { skipped: skipped.map(({ seq }) => seq), woken: [...woken, ...alsoWoken] };
    const turn = turnOf(chain.map(outsideOfWindow));
    const next = turn === undefined ? undefined : chain[turn]?.handler.id;
    if (next !== undefined) {
      // Touched means passed: its executor has had its message.
      const touchedAt = row.touchedAt === null ? null : clock.touch(at);
      this.#sql.setStage.run(stage.due, next, touchedAt, row.seq);
      return { ...told, stage: stage.due, released: { dueFor: next } };
    }
    const to = stage[eventOutcomeOf(chain)];
    this.#sql.setStage.run(to, null, clock.touch(at), row.seq);
    return { ...told, stage: to, released: lane === null ? {} : lanes.release(lane, emit) };
  }

  /** Handlers that were skipped run once the one that stopped the chain has been replayed with success (rule 5). */
  #revive(event: OfEvent, chain: readonly StoredExecution[], at: number): boolean {
    const places = revivedIn(chain);
    for (const place of places) {
      const skipped = chain[place];
      if (skipped) this.replay(event, skipped, at);
    }
    return places.length > 0;
  }

  /** A new execution in place of one that is settled. @returns its seq */
  replay(
    event: OfEvent,
    { position, handler, stop, target, seq: replayOf }: StoredExecution,
    at: number,
  ): number {
    const seq = this.#parts.sequence.next();
    const link = { handler, stop, target };
    this.#parts.executions.insert(event, { seq, position, link, start: false, replayOf }, at);
    return seq;
  }

  #applyAll(changes: Step['changes'], lane: string | null, at: number): string[] {
    return changes
      .filter((change) => this.#parts.executions.apply(change, lane, at))
      .map(({ handler }) => handler);
  }

  #startEvent(row: EventRow, handler: string, at: number): StartedEvent | PassedBy {
    const chain = this.#parts.executions.chain(row.seq).map(outsideOfWindow);
    const turn = turnOf(chain);
    const next = turn === undefined ? undefined : chain[turn];
    // Only the slot of this handler is reserved; and whose chain has nobody left to call just ends.
    if (turn === undefined || next?.handler.id !== handler) return this.passBy(row.seq, [], at, false);
    if (this.#parts.executions.start(next.seq, handler, laneOf(ofEvent(row)), at))
      return this.passBy(row.seq, [next.seq], at, false);
    chain[turn] = { ...next, status: 'running', startedAt: next.startedAt ?? at, nextAttemptAt: null };
    this.#sql.start.run(row.seq);
    return this.#loaded(row, chain);
  }

  #loaded({ stage: _, touchedAt, ordered, ...event }: EventRow, executions: StoredExecution[]): StartedEvent {
    return { ...event, ordered: ordered === 1, passed: touchedAt !== null, executions };
  }

  #event(seq: number): EventRow {
    const row = this.#sql.event.get(seq);
    if (!row) throw new Error(`event ${seq} is gone`);
    return row as unknown as EventRow;
  }
}

function ofEvent({ ordered, ...event }: EventRow): OfEvent {
  return { ...event, ordered: ordered === 1 };
}

/** While the window does not have the event, what runs of it is a retry: it is nobody's turn in the chain. */
function outsideOfWindow(execution: StoredExecution): StoredExecution {
  return execution.status === 'running' ? { ...execution, status: 'parked' } : execution;
}

function unattempted(
  execution: StoredExecution | undefined,
  status: 'skipped' | 'failed',
  error: string,
): ExecutionChange {
  if (!execution) throw new Error('no such place in the chain');
  const { seq, handler, attempts } = execution;
  return { seq, handler: handler.id, status, attemptsBefore: attempts, error };
}

const columns = `seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered, payload,
  executor, hops, touched_at as touchedAt`;

function prepare(db: DatabaseSync) {
  const prepared = (sql: string): StatementSync => db.prepare(sql);
  return {
    event: prepared(`select ${columns} from events where seq = ?`),
    due: prepared(`select ${columns} from events where stage = 4 and next_handler = ? order by turn limit ?`),
    start: prepared('update events set stage = 5, next_handler = null where seq = ?'),
    setStage: prepared(
      'update events set stage = ?, next_handler = ?, touched_at = coalesce(?, touched_at) where seq = ?',
    ),
    enqueue: prepared('update events set stage = ?, turn = ?, next_handler = ? where seq = ?'),
  };
}
