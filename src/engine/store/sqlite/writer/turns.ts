import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eventOutcomeOf, isUnsettled, revivedIn, skippedIn, turnOf } from '../../../rules/chain.ts';
import { messageOf } from '../../../words/errors.ts';
import type {
  ChainState,
  DueBatch,
  ExecutionChange,
  LeftEvent,
  NextTurns,
  StartedEvent,
  TurnEnd,
} from '../../journal.ts';
import { type Stage, stage } from '../../stage.ts';
import type { Announcements } from './announcements.ts';
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
  readonly work: Announcements;
}

interface EventRow extends OfEvent {
  readonly stage: Stage;
  readonly touchedAt: number | null;
}

interface WholeEventRow extends EventRow {
  readonly payload: string;
  readonly executor: string | null;
  readonly hops: number;
}

/** The first pass goes on with nobody who is known of here. */
const nobody: NextTurns = { stopped: [], start: null, plain: false, untold: false };

/** Carries chains on: the one place where it is decided whose turn it is (rules 4, 5 and 6). */
export class Turns {
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    this.#sql = prepare(db);
  }

  /** Writes what became of an execution, and what follows for its event. */
  end(end: TurnEnd): ChainState {
    return this.#parts.isolation.run(
      () => this.#write(end),
      (error) => this.#writeLess(end, error),
    );
  }

  /** Starts up to `limit` due events that wait for this handler. */
  startNext(handler: string, limit: number, at: number): DueBatch {
    const started: StartedEvent[] = [];
    const passed: LeftEvent[] = [];
    for (const row of this.#sql.due.all(handler, limit) as unknown as StoredRow<WholeEventRow>[]) {
      const event = fromRow(row);
      const one = this.#parts.isolation.run<StartedEvent | LeftEvent>(
        () => this.#startEvent(event, handler, at),
        (error) => this.#unstartable(event, handler, error, at),
      );
      if ('stage' in one) passed.push(one);
      else started.push(one);
    }
    return { started, passed };
  }

  /** An event's turn in the window passes by, as this execution of it waits behind an earlier one. */
  passBy(event: number, blocked: number, at: number, emit: boolean): ChainState {
    return this.#goOn(this.#event(event), nobody, { at, emit, changed: [blocked] });
  }

  /**
   * An execution of which not all can be kept has failed; if not even that can be said, its event has.
   * @param inPass it was its event's turn in the first pass
   */
  fail(event: number, execution: number, why: string, inPass: boolean, at: number): ChainState {
    const { isolation, executions } = this.#parts;
    return isolation.run<ChainState>(
      () => {
        const one = executions.chain(event).find(({ seq }) => seq === execution);
        const row = this.#event(event);
        if (one && isUnsettled(one.status)) this.#apply(unattempted(one, 'failed', why), row, at);
        return this.#follow(row, inPass ? nobody : undefined, { at, emit: false, changed: [execution] });
      },
      () => {
        const row = this.#event(event);
        if (!inPass && row.stage !== stage.parked) return { stage: row.stage, changed: [] };
        return this.#failWhole(row, execution, why, at);
      },
    );
  }

  /** The event with its chain, as the window wants it. */
  load(seq: number): StartedEvent {
    return loaded(this.#wholeEvent(seq), this.#parts.executions.chain(seq));
  }

  /** Puts an event whose chain has someone to call back among the due ones, at the end of its object's queue. */
  enqueue(event: OfEvent, handler: string, turn: number): void {
    const queued = event.ordered && this.#parts.lanes.taken(event.objectKey);
    this.#sql.enqueue.run(queued ? stage.queued : stage.due, turn, handler, event.seq);
    if (!queued) this.#parts.work.due(handler);
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

  #write({ event, change, pass, at, emit }: TurnEnd): ChainState {
    const row = this.#event(event);
    this.#apply(change, row, at);
    if (pass?.plain && change.status === 'succeeded') {
      const simple = this.#simply(row, change.seq, pass, at, emit);
      if (simple) return simple;
    }
    return this.#follow(row, pass, { at, emit, changed: [] });
  }

  /** It may be what was to follow that can't be kept; else the execution has failed, for all to see. */
  #writeLess(end: TurnEnd, error: unknown): ChainState {
    const { event, change, pass, at } = end;
    const what = change.attempt ? 'the handler was called, but what came of it' : 'what became of it';
    const unkept = `${what} could not be kept: ${messageOf(error)}`;
    const alone = { ...end, emit: false, ...(pass && { pass: nobody }) };
    return this.#parts.isolation.run<ChainState>(
      () => this.#write(alone),
      () => ({ ...this.fail(event, change.seq, unkept, pass !== undefined, at), unkept }),
    );
  }

  /** What follows most often, without a look at the whole chain: the next one starts, or all has succeeded. */
  #simply(row: EventRow, after: number, pass: NextTurns, at: number, emit: boolean): ChainState | undefined {
    const next = this.#sql.nextPending.get(row.seq, after)?.['seq'];
    if (next !== undefined) {
      if (pass.start?.seq !== next) return undefined;
      const blocked = this.#parts.executions.start(pass.start.seq, pass.start.handler, laneOf(row), at);
      if (!blocked) return { stage: stage.running, changed: [] };
      return this.#follow(row, { ...pass, start: null }, { at, emit, changed: [pass.start.seq] });
    }
    if (pass.untold) return undefined;
    this.#settle(row, stage.succeeded, at, emit);
    return { stage: stage.succeeded, changed: [] };
  }

  /** What follows for an event from what became of an execution, in its first pass or outside of it. */
  #follow(row: EventRow, pass: NextTurns | undefined, so: SoFar): ChainState {
    if (pass) return this.#goOn(row, pass, so);
    // While it is in the window or waits for its slot there, that will settle it.
    const settles = row.stage === stage.parked;
    const { stage: to, changed } = settles ? this.#goOn(row, nobody, so) : { ...so, stage: row.stage };
    if (changed.length === 0) return { stage: to, changed };
    return { stage: to, changed, executions: this.#parts.executions.chain(row.seq) };
  }

  /** Goes along the chain until somebody starts or is waited for, or to its end. */
  #goOn(row: EventRow, pass: NextTurns, { at, emit, changed: before }: SoFar): ChainState {
    const { executions, work } = this.#parts;
    const changed = [...before];
    for (;;) {
      const chain = executions.chain(row.seq);
      const lost = skippedIn(chain).flatMap((index) => chain[index] ?? []);
      for (const one of lost) this.#apply(unattempted(one, 'skipped', skippedWhy), row, at);
      changed.push(...lost.map(({ seq }) => seq));
      if (lost.length > 0 || this.#revive(row, chain, at)) continue;
      const turn = turnOf(chain.map(outsideOfWindow));
      const next = turn === undefined ? undefined : chain[turn];
      if (!next && !pass.untold) {
        const to = stage[eventOutcomeOf(chain)];
        this.#settle(row, to, at, emit);
        return { stage: to, changed, executions: chain };
      }
      const stopped = next && pass.stopped.find(({ seq }) => seq === next.seq);
      if (stopped) {
        this.#apply(stopped, row, at);
        changed.push(stopped.seq);
        continue;
      }
      if (next && pass.start?.seq === next.seq) {
        if (executions.start(next.seq, next.handler.id, laneOf(row), at)) {
          changed.push(next.seq);
          continue;
        }
        return { stage: stage.running, changed, executions: executions.chain(row.seq) };
      }
      const waitsFor = (next ?? chain.at(-1))?.handler.id ?? '';
      // Touched means passed: its executor has had its message.
      const touchedAt = row.touchedAt === null ? null : this.#parts.clock.touch(at);
      this.#sql.setStage.run(stage.due, waitsFor, touchedAt, row.seq);
      work.due(waitsFor);
      return { stage: stage.due, changed, executions: chain };
    }
  }

  /** Its first pass is over. */
  #settle(row: EventRow, to: Stage, at: number, emit: boolean): void {
    const { lanes, clock } = this.#parts;
    this.#sql.setStage.run(to, null, clock.touch(at), row.seq);
    const lane = laneOf(row);
    if (lane !== null) lanes.release(lane, emit);
  }

  /** An execution that can't even be said to have failed: its event has, and whose turn had not come is skipped. */
  #failWhole(row: EventRow, execution: number, why: string, at: number): ChainState {
    const { isolation, executions } = this.#parts;
    const pending = executions
      .chain(row.seq)
      .filter(({ seq, status }) => seq !== execution && status === 'pending');
    for (const one of pending) {
      isolation.run(
        () => this.#apply(unattempted(one, 'skipped', why), row, at),
        () => undefined,
      );
    }
    const chain = executions
      .chain(row.seq)
      .map((one) => (one.seq === execution ? { ...one, status: 'failed' as const, error: why } : one));
    this.#settle(row, stage.failed, at, false);
    return { stage: stage.failed, changed: [execution, ...pending.map(({ seq }) => seq)], executions: chain };
  }

  /** Its start can't be kept. */
  #unstartable(row: WholeEventRow, handler: string, error: unknown, at: number): LeftEvent {
    const { executions } = this.#parts;
    const next = executions
      .chain(row.seq)
      .find((one) => one.handler.id === handler && one.status === 'pending');
    const state = this.fail(row.seq, next?.seq ?? 0, unstarted(error), true, at);
    return { ...state, event: loaded(row, executions.chain(row.seq)) };
  }

  /** Handlers that were skipped run once the one that stopped the chain has been replayed with success (rule 5). */
  #revive(event: OfEvent, chain: readonly StoredExecution[], at: number): boolean {
    const revived = revivedIn(chain);
    for (const index of revived) {
      const skipped = chain[index];
      if (skipped) this.replay(event, skipped, at);
    }
    return revived.length > 0;
  }

  #startEvent(row: WholeEventRow, handler: string, at: number): StartedEvent | LeftEvent {
    const { executions } = this.#parts;
    const chain = executions.chain(row.seq).map(outsideOfWindow);
    const turn = turnOf(chain);
    const next = turn === undefined ? undefined : chain[turn];
    const left = (changed: readonly number[]): LeftEvent => ({
      ...this.#goOn(row, nobody, { at, emit: false, changed }),
      event: loaded(row, executions.chain(row.seq)),
    });
    // Only the slot of this handler is reserved; and whose chain has nobody left to call just ends.
    if (turn === undefined || next?.handler.id !== handler) return left([]);
    if (executions.start(next.seq, handler, laneOf(row), at)) return left([next.seq]);
    chain[turn] = { ...next, status: 'running', startedAt: next.startedAt ?? at, nextAttemptAt: null };
    this.#sql.start.run(row.seq);
    return loaded(row, chain);
  }

  #apply(change: ExecutionChange, row: EventRow, at: number): void {
    this.#parts.executions.apply(change, laneOf(row), at);
  }

  #event(seq: number): EventRow {
    return fromRow(found<EventRow>(this.#sql.event.get(seq), seq));
  }

  #wholeEvent(seq: number): WholeEventRow {
    return fromRow(found<WholeEventRow>(this.#sql.wholeEvent.get(seq), seq));
  }
}

interface SoFar {
  readonly at: number;
  readonly emit: boolean;
  readonly changed: readonly number[];
}

/** Why an execution has failed that could not be started. */
export function unstarted(error: unknown): string {
  return `the journal could not keep that it begins: ${messageOf(error)}`;
}

const skippedWhy = 'a handler before it failed and says that the chain stops then';

type StoredRow<Row> = Omit<Row, 'ordered'> & { readonly ordered: number };

function found<Row>(row: unknown, seq: number): StoredRow<Row> {
  if (!row) throw new Error(`event ${seq} is gone`);
  return row as StoredRow<Row>;
}

function fromRow<Row extends EventRow>(row: StoredRow<Row>): Row {
  return { ...row, ordered: row.ordered === 1 } as unknown as Row;
}

function loaded(
  { stage: _, touchedAt, ...event }: WholeEventRow,
  executions: StoredExecution[],
): StartedEvent {
  return { ...event, passed: touchedAt !== null, executions };
}

/** While the window does not have the event, what runs of it is a retry: it is nobody's turn in the chain. */
function outsideOfWindow(execution: StoredExecution): StoredExecution {
  return execution.status === 'running' ? { ...execution, status: 'parked' } : execution;
}

function unattempted(
  { seq, handler, attempts }: StoredExecution,
  status: 'skipped' | 'failed',
  error: string,
): ExecutionChange {
  return { seq, handler: handler.id, status, attemptsBefore: attempts, error };
}

const columns =
  'seq, stage, event_type as eventType, object_id as objectId, object_key as objectKey, ordered, touched_at as touchedAt';
const allColumns = `${columns}, payload, executor, hops`;

function prepare(db: DatabaseSync) {
  const prepared = (sql: string): StatementSync => db.prepare(sql);
  return {
    event: prepared(`select ${columns} from events where seq = ?`),
    wholeEvent: prepared(`select ${allColumns} from events where seq = ?`),
    due: prepared(
      `select ${allColumns} from events where stage = 4 and next_handler = ? order by turn limit ?`,
    ),
    /** In the first pass turns go by seq: what was replayed or revived together has been inserted in chain order. */
    nextPending: prepared(
      'select seq from executions where event_seq = ? and seq > ? and status = 0 order by seq limit 1',
    ),
    start: prepared('update events set stage = 5, next_handler = null where seq = ?'),
    setStage: prepared(
      'update events set stage = ?, next_handler = ?, touched_at = coalesce(?, touched_at) where seq = ?',
    ),
    enqueue: prepared('update events set stage = ?, turn = ?, next_handler = ? where seq = ?'),
  };
}
