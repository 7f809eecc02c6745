import { eventOutcomeOf, isUnsettled, revivedIn, skippedIn, skippedWhy, turnOf } from '../../rules/chain.ts';
import { messageOf } from '../../words/errors.ts';
import type { ChainState } from '../journal/chain.ts';
import type { ExecutionChange, NextTurns, TurnEnd } from '../journal/turn.ts';
import type { DueBatch, LeftEvent, StartedEvent } from '../journal/work.ts';
import { type Stage, stage } from '../stage.ts';
import { type EventHead, type EventRow, laneOf, loaded, type OfEvent, type StoredExecution } from './rows.ts';
import type { Shared } from './shared.ts';

/** The first pass goes on with nobody who is known of here. */
const nobody: NextTurns = { stopped: [], start: null, plain: false, untold: false };

/** Carries chains on: the one place where it is decided whose turn it is (rules 4, 5 and 6). */
export function turnsOn({ rows, lanes, executions, clock, isolated, work }: Shared) {
  const eventOf = (seq: number) => rows.event(seq) ?? gone(seq);

  /** Writes what became of an execution, and what follows for its event. */
  function end(turn: TurnEnd): ChainState {
    return isolated(
      () => write(turn),
      (error) => writeLess(turn, error),
    );
  }

  /** Starts up to `limit` due events that wait for this handler. */
  function startNext(handler: string, limit: number, at: number): DueBatch {
    const started: StartedEvent[] = [];
    const passed: LeftEvent[] = [];
    for (const event of rows.due(handler, limit)) {
      const one = isolated<StartedEvent | LeftEvent>(
        () => startEvent(event, handler, at),
        (error) => unstartable(event, handler, error, at),
      );
      if ('stage' in one) passed.push(one);
      else started.push(one);
    }
    return { started, passed };
  }

  /** An event's turn in the window passes by, as this execution of it waits behind an earlier one. */
  function passBy(event: number, blocked: number, at: number, emit: boolean): ChainState {
    return goOn(eventOf(event), nobody, { at, emit, changed: [blocked] });
  }

  /**
   * An execution of which not all can be kept has failed; if not even that can be said, its event has.
   * @param inPass it was its event's turn in the first pass
   */
  function fail(event: number, execution: number, why: string, inPass: boolean, at: number): ChainState {
    return isolated<ChainState>(
      () => {
        const one = executions.chain(event).find(({ seq }) => seq === execution);
        const row = eventOf(event);
        if (one && isUnsettled(one.status)) executions.apply(unattempted(one, 'failed', why), row, at);
        return follow(row, inPass ? nobody : undefined, { at, emit: false, changed: [execution] });
      },
      () => {
        const row = eventOf(event);
        if (!inPass && row.stage !== stage.parked) return { stage: row.stage, changed: [] };
        return failWhole(row, execution, why, at);
      },
    );
  }

  /** The event with its chain, as the window wants it. */
  function load(seq: number): StartedEvent {
    return withChain(rows.wholeEvent(seq) ?? gone(seq));
  }

  /** Who has the message of an event tells its executor. */
  function withChain(
    row: EventRow,
    chain: StartedEvent['executions'] = executions.chain(row.seq),
  ): StartedEvent {
    return loaded(rows.isAtHome(row.seq) ? row : { ...row, executor: null }, chain);
  }

  /** Puts an event whose chain has someone to call back among the due ones, at the end of its object's queue. */
  function enqueue(event: OfEvent, handler: string, turn: number): void {
    const queued = event.ordered && lanes.taken(event.objectKey);
    rows.changeEvent(event.seq, { stage: queued ? stage.queued : stage.due, turn, nextHandler: handler });
    if (!queued) work.due(handler);
  }

  function write({ event, change, pass, at, emit }: TurnEnd): ChainState {
    const row = eventOf(event);
    executions.apply(change, row, at);
    if (pass?.plain && change.status === 'succeeded') {
      const simple = simply(row, change.seq, pass, at, emit);
      if (simple) return simple;
    }
    return follow(row, pass, { at, emit, changed: [] });
  }

  /** It may be what was to follow that can't be kept; else the execution has failed, for all to see. */
  function writeLess(turn: TurnEnd, error: unknown): ChainState {
    const { event, change, pass, at } = turn;
    const what = change.attempt ? 'the handler was called, but what came of it' : 'what became of it';
    const unkept = `${what} could not be kept: ${messageOf(error)}`;
    const alone = { ...turn, emit: false, ...(pass && { pass: nobody }) };
    return isolated<ChainState>(
      () => write(alone),
      () => ({ ...fail(event, change.seq, unkept, pass !== undefined, at), unkept }),
    );
  }

  /** What follows most often, without a look at the whole chain: the next one starts, or all has succeeded. */
  function simply(
    row: EventHead,
    after: number,
    pass: NextTurns,
    at: number,
    emit: boolean,
  ): ChainState | undefined {
    // In the first pass turns go by seq: what was replayed or revived together was added in chain order.
    const next = rows.nextPending(row.seq, after);
    if (next !== undefined) {
      if (pass.start?.seq !== next) return undefined;
      const blocked = executions.start(pass.start.seq, pass.start.handler, row, at);
      if (!blocked) return { stage: stage.running, changed: [] };
      return follow(row, { ...pass, start: null }, { at, emit, changed: [pass.start.seq] });
    }
    if (pass.untold) return undefined;
    settle(row, stage.succeeded, at, emit);
    return { stage: stage.succeeded, changed: [] };
  }

  /** What follows for an event from what became of an execution, in its first pass or outside of it. */
  function follow(row: EventHead, pass: NextTurns | undefined, so: SoFar): ChainState {
    if (pass) return goOn(row, pass, so);
    // While it is in the window or waits for its slot there, that will settle it.
    const settles = row.stage === stage.parked;
    const { stage: to, changed } = settles ? goOn(row, nobody, so) : { ...so, stage: row.stage };
    if (changed.length === 0) return { stage: to, changed };
    return { stage: to, changed, executions: executions.chain(row.seq) };
  }

  /** Goes along the chain until somebody starts or is waited for, or to its end. */
  function goOn(row: EventHead, pass: NextTurns, { at, emit, changed: before }: SoFar): ChainState {
    const changed = [...before];
    for (;;) {
      const chain = executions.chain(row.seq);
      const lost = skippedIn(chain).flatMap((index) => chain[index] ?? []);
      for (const one of lost) executions.apply(unattempted(one, 'skipped', skippedWhy), row, at);
      changed.push(...lost.map(({ seq }) => seq));
      if (lost.length > 0 || revive(row, chain, at)) continue;
      const turn = turnOf(chain.map(outsideOfWindow));
      const next = turn === undefined ? undefined : chain[turn];
      if (!next && !pass.untold) {
        const to = stage[eventOutcomeOf(chain)];
        settle(row, to, at, emit);
        return { stage: to, changed, executions: chain };
      }
      const stopped = next && pass.stopped.find(({ seq }) => seq === next.seq);
      if (stopped) {
        executions.apply(stopped, row, at);
        changed.push(stopped.seq);
        continue;
      }
      if (next && pass.start?.seq === next.seq) {
        if (executions.start(next.seq, next.handler.id, row, at)) {
          changed.push(next.seq);
          continue;
        }
        return { stage: stage.running, changed, executions: executions.chain(row.seq) };
      }
      const waitsFor = (next ?? chain.at(-1))?.handler.id ?? '';
      // Touched means passed: its executor has had its message.
      const touched = row.touchedAt !== null && { touchedAt: clock.touch(at) };
      rows.changeEvent(row.seq, { stage: stage.due, nextHandler: waitsFor, ...touched });
      work.due(waitsFor);
      return { stage: stage.due, changed, executions: chain };
    }
  }

  /** Its first pass is over. */
  function settle(row: EventHead, to: Stage, at: number, emit: boolean): void {
    rows.changeEvent(row.seq, { stage: to, nextHandler: null, touchedAt: clock.touch(at) });
    const lane = laneOf(row);
    if (lane !== null) lanes.release(lane, emit);
  }

  /** An execution that can't even be said to have failed: its event has, and whose turn had not come is skipped. */
  function failWhole(row: EventHead, execution: number, why: string, at: number): ChainState {
    const pending = executions
      .chain(row.seq)
      .filter(({ seq, status }) => seq !== execution && status === 'pending');
    for (const one of pending) {
      isolated(
        () => executions.apply(unattempted(one, 'skipped', why), row, at),
        () => undefined,
      );
    }
    const chain = executions
      .chain(row.seq)
      .map((one) => (one.seq === execution ? { ...one, status: 'failed' as const, error: why } : one));
    settle(row, stage.failed, at, false);
    return { stage: stage.failed, changed: [execution, ...pending.map(({ seq }) => seq)], executions: chain };
  }

  /** Its start can't be kept. */
  function unstartable(row: EventRow, handler: string, error: unknown, at: number): LeftEvent {
    const next = executions
      .chain(row.seq)
      .find((one) => one.handler.id === handler && one.status === 'pending');
    const state = fail(row.seq, next?.seq ?? 0, unstarted(error), true, at);
    return { ...state, event: withChain(row) };
  }

  /** Handlers that were skipped run once the one that stopped the chain has been replayed with success (rule 5). */
  function revive(event: OfEvent, chain: readonly StoredExecution[], at: number): boolean {
    const revived = revivedIn(chain).flatMap((index) => chain[index] ?? []);
    for (const skipped of revived) executions.replay(event, skipped, at);
    return revived.length > 0;
  }

  function startEvent(row: EventRow, handler: string, at: number): StartedEvent | LeftEvent {
    const chain = executions.chain(row.seq).map(outsideOfWindow);
    const turn = turnOf(chain);
    const next = turn === undefined ? undefined : chain[turn];
    const left = (changed: readonly number[]): LeftEvent => ({
      ...goOn(row, nobody, { at, emit: false, changed }),
      event: withChain(row),
    });
    // Only the slot of this handler is reserved; and whose chain has nobody left to call just ends.
    if (turn === undefined || next?.handler.id !== handler) return left([]);
    if (executions.start(next.seq, handler, row, at)) return left([next.seq]);
    chain[turn] = { ...next, status: 'running', startedAt: next.startedAt ?? at, nextAttemptAt: null };
    rows.changeEvent(row.seq, { stage: stage.running, nextHandler: null });
    return withChain(row, chain);
  }

  return { end, startNext, passBy, fail, load, enqueue };
}

export type Turns = ReturnType<typeof turnsOn>;

interface SoFar {
  readonly at: number;
  readonly emit: boolean;
  readonly changed: readonly number[];
}

/** Why an execution has failed that could not be started. */
export function unstarted(error: unknown): string {
  return `the journal could not keep that it begins: ${messageOf(error)}`;
}

function gone(seq: number): never {
  throw new Error(`event ${seq} is gone`);
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
