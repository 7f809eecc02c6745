import { type Attempt, makeAttempt } from './attempt.ts';
import { eventOutcomeOf, skippedIn, turnOf } from './chain.ts';
import type { EmissionWindow } from './emission-window.ts';
import { Unavailable } from './errors.ts';
import type { ExecutionStatus, ParkedFor } from './execution.ts';
import type { HandlerSnapshot } from './handler.ts';
import type { Ids } from './journal/ids.ts';
import type {
  ExecutionChange,
  Journal,
  Link,
  NewEvent,
  Released,
  StartedEvent,
  Taken,
} from './journal/journal.ts';
import { stage } from './journal/stage.ts';
import { type RegisteredHandler, type Registry, snapshotOf } from './registry.ts';
import type { Time } from './time.ts';

/** One handler's turn in a chain, as memory holds it during the first pass. */
export interface ChainExecution {
  readonly seq: number;
  readonly handler: HandlerSnapshot;
  readonly stop: boolean;
  status: ExecutionStatus;
  parkedFor: ParkedFor | null;
  target: string | null;
  startedAt: number | null;
  attempts: number;
  retries: number;
  code: number | null;
  response: string | null;
  error: string | null;
  durationMs: number | null;
}

/** A taken event in its first pass. */
export interface Chain {
  readonly seq: number;
  readonly eventType: string;
  readonly objectId: string;
  readonly objectKey: string;
  readonly ordered: boolean;
  /** The taken envelope's JSON. */
  readonly body: string;
  readonly executor: string | null;
  /** It goes on after a restart: nobody in memory waits for it. */
  readonly resumed: boolean;
  readonly executions: readonly ChainExecution[];
}

/** An event that an executor has laid hold of. */
export interface Claim {
  readonly event: number | NewEvent;
  readonly changed?: Pick<NewEvent, 'eventType' | 'objectId' | 'objectKey' | 'ordered' | 'payload'>;
  readonly eventType: string;
  readonly objectId: string;
  readonly objectKey: string;
  readonly ordered: boolean;
  readonly body: string;
  readonly executor: string | null;
}

export interface ChainObserver {
  /** An execution began, parked or was settled; the journal has it. */
  execution(chain: Chain, execution: ChainExecution): void;
  /** The first pass is over. */
  finished(chain: Chain): void;
}

interface Options {
  readonly journal: Journal;
  readonly ids: Ids;
  readonly registry: Registry;
  readonly emissions: EmissionWindow;
  readonly time: Time;
  /** Chains in their first pass at a time. */
  readonly concurrency: () => number;
  readonly observer: ChainObserver;
  /** The journal does not take what has happened; it is tried again until it does. */
  readonly onError: (error: unknown) => void;
}

/** How long to wait before the journal is asked again, in ms. */
const journalPause = 1000;

/**
 * The chains in their first pass (rules 2, 4, 5 and 12): at most `concurrency` at a time, and per handler at most
 * its own. What has to wait for a slot waits in the journal, where an index finds it again.
 */
export class ChainWindow {
  readonly #options: Options;
  readonly #running = new Map<number, Chain>();
  readonly #busy = new Map<string, number>();
  /** Handlers that due events in the journal wait for. */
  readonly #due: Set<string>;
  readonly #idle: (() => void)[] = [];
  #reserved = 0;
  #open = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#due = new Set(options.journal.backlog.dueFor);
  }

  get running(): number {
    return this.#running.size;
  }

  /** Chains start. */
  open(): void {
    this.#open = true;
    this.fill();
  }

  /** No chain starts; attempts in flight end, and what comes after them waits in the journal. */
  pause(): void {
    this.#open = false;
  }

  /** Nothing is written any more: what is in flight is found again as interrupted. */
  close(): void {
    this.#open = false;
    this.#closed = true;
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    if (this.#running.size + this.#reserved > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes an event (rule 2): fixes which handlers will run, and starts the first as soon as that is on disk. */
  async take(claim: Claim): Promise<Taken> {
    const { journal, registry, emissions, time } = this.#options;
    const handlers = registry.chainFor(claim.eventType);
    const [first] = handlers;
    const start = first !== undefined && !this.#due.has(first.config.id) && this.#admit(first.config.id);
    const slot = emissions.reserve(1);
    try {
      const { event, changed, executor } = claim;
      const taken = await journal.take({
        event,
        executor,
        links: handlers.map(linkOf),
        start,
        at: time.now(),
        emit: slot.slots > 0,
        ...(changed && { changed }),
      });
      const started = taken.outcome === 'taken' && taken.stage === stage.running;
      if (start && !started) this.#release(first.config.id);
      if (taken.outcome !== 'taken') return taken;
      this.#go(taken.released, slot.era);
      if (started) this.#run(chainOf(claim, taken, handlers), taken.blocked);
      else if (taken.stage === stage.due && first) this.#wait(first.config.id);
      return taken;
    } catch (error) {
      if (start) this.#release(first.config.id);
      throw error;
    } finally {
      emissions.giveBack(slot);
    }
  }

  /** Lets on whoever the journal has released from an object's lane. */
  release({ dueFor }: Released): void {
    if (dueFor !== undefined) this.#wait(dueFor);
  }

  /** Starts due events while the window and their handlers have room. */
  fill(): void {
    for (const handler of this.#due) {
      const slots = Math.min(this.#room(), this.#roomOf(handler));
      if (!this.#open || this.#room() < 1) return;
      if (slots > 0) void this.#startDue(handler, slots);
    }
  }

  async #startDue(handler: string, slots: number): Promise<void> {
    // What becomes due from now on is not in the answer, so it must be noted anew.
    this.#due.delete(handler);
    this.#reserved += slots;
    this.#busy.set(handler, this.#busyOf(handler) + slots);
    let events: readonly StartedEvent[] = [];
    try {
      events = await this.#options.journal.startNext(handler, slots, this.#options.time.now());
      if (events.length === slots) this.#due.add(handler);
    } catch (error) {
      this.#options.onError(error);
      this.#options.time.after(journalPause, () => this.#wait(handler));
    }
    for (const event of events) this.#runStarted(event, handler);
    for (let unused = slots - events.length; unused > 0; unused -= 1) this.#release(handler);
    this.fill();
  }

  #runStarted(event: StartedEvent, handler: string): void {
    const chain = resumedChain(event);
    const turn = turnOf(chain.executions);
    const execution = turn === undefined ? undefined : chain.executions[turn];
    // Under another handler than the one it waited for, or under none, the slot is not used.
    const started = execution?.status === 'running' && execution.handler.id === handler;
    if (!started) this.#freeHandler(handler);
    this.#run(chain, !started);
  }

  /** Runs a chain whose first execution the journal has started, or parked. */
  #run(chain: Chain, blocked: boolean): void {
    this.#reserved -= 1;
    this.#running.set(chain.seq, chain);
    const turn = turnOf(chain.executions);
    const execution = turn === undefined ? undefined : chain.executions[turn];
    if (blocked && execution?.status === 'running') this.#park(chain, execution, 'order');
    const shut = !blocked && execution && this.#shut(execution);
    if (shut) this.#freeHandler(shut.handler);
    const going =
      !blocked && execution && !shut
        ? this.#attempt(chain, execution)
        : this.#advance(chain, shut ? [shut] : []);
    going.catch(this.#options.onError);
  }

  async #attempt(chain: Chain, execution: ChainExecution): Promise<void> {
    const { registry, time, ids } = this.#options;
    const handler = registry.find(execution.handler.id);
    execution.startedAt ??= time.now();
    this.#options.observer.execution(chain, execution);
    const eventId = ids.event(chain.seq);
    const attempt = handler
      ? await makeAttempt(
          handler.target,
          {
            eventId,
            eventType: chain.eventType,
            objectId: chain.objectId,
            body: chain.body,
            attempt: execution.attempts + 1,
            webhookId: `${eventId}_${execution.handler.id}`,
          },
          time,
        )
      : undefined;
    this.#freeHandler(execution.handler.id);
    await this.#advance(chain, [attempt ? settle(execution, attempt) : park(execution, 'missing')]);
    this.fill();
  }

  /** Writes what has happened and goes on: to the next handler, out of the window to wait, or to the end. */
  async #advance(chain: Chain, happened: readonly ExecutionChange[]): Promise<void> {
    const { time, observer, emissions } = this.#options;
    const changes = [...happened];
    const next = this.#nextTurn(chain, changes);
    for (const place of skippedIn(chain.executions)) changes.push(skip(chain.executions[place]));
    const goes = next !== undefined && this.#open && this.#roomOf(next.handler.id) > 0;
    if (goes) this.#busy.set(next.handler.id, this.#busyOf(next.handler.id) + 1);
    const slot = emissions.reserve(next ? 0 : 1);
    const { blocked, released } = await this.#write({
      event: chain.seq,
      objectKey: chain.objectKey,
      ordered: chain.ordered,
      changes,
      at: time.now(),
      emit: slot.slots > 0,
      ...(goes && { start: { seq: next.seq, handler: next.handler.id } }),
      ...(!next && { stage: stage[eventOutcomeOf(chain.executions)] }),
      ...(next && !goes && { stage: stage.due, nextHandler: next.handler.id }),
    });
    for (const { seq } of changes) observer.execution(chain, executionOf(chain, seq));
    this.#go(released, slot.era);
    emissions.giveBack(slot);

    if (goes && blocked) {
      this.#freeHandler(next.handler.id);
      this.#park(chain, next, 'order');
      return this.#advance(chain, []);
    }
    if (goes) {
      next.status = 'running';
      return this.#attempt(chain, next);
    }
    this.#leave(chain);
    if (next) this.#wait(next.handler.id);
    else observer.finished(chain);
  }

  /** Whose turn it is; handlers that may not be called now are parked or cancelled on the way. */
  #nextTurn(chain: Chain, changes: ExecutionChange[]): ChainExecution | undefined {
    for (;;) {
      const turn = turnOf(chain.executions);
      const execution = turn === undefined ? undefined : chain.executions[turn];
      if (!execution) return undefined;
      const change = this.#shut(execution);
      if (!change) return execution;
      changes.push(change);
    }
  }

  /** Why a handler may not be called (rule 9). While flows are stopped nobody knows, so nobody is judged. */
  #shut(execution: ChainExecution): ExecutionChange | undefined {
    if (!this.#open) return undefined;
    const handler = this.#options.registry.find(execution.handler.id);
    if (!handler) return park(execution, 'missing');
    if (handler.status === 'disabled') return park(execution, 'disabled');
    if (handler.status === 'archived') return cancel(execution, 'the handler is archived');
    return undefined;
  }

  /** What has happened can't be undone: it is written as soon as the journal takes it. */
  async #write(step: Parameters<Journal['step']>[0]): ReturnType<Journal['step']> {
    for (;;) {
      try {
        return await this.#options.journal.step(step);
      } catch (error) {
        if (this.#closed || !(error instanceof Unavailable)) throw error;
        this.#options.onError(error);
        await new Promise<void>((resolve) => this.#options.time.after(journalPause, resolve));
      }
    }
  }

  #park(chain: Chain, execution: ChainExecution, reason: ParkedFor): void {
    execution.status = 'parked';
    execution.parkedFor = reason;
    this.#options.observer.execution(chain, execution);
  }

  #go(released: Released, era: number): void {
    if (released.emission) this.#options.emissions.emit(released.emission, { era });
    if (released.ready) this.#options.emissions.wait();
    this.release(released);
  }

  #wait(handler: string): void {
    this.#due.add(handler);
    this.fill();
  }

  #room(): number {
    return this.#options.concurrency() - this.#running.size - this.#reserved;
  }

  #busyOf(handler: string): number {
    return this.#busy.get(handler) ?? 0;
  }

  /** Of a handler that is not there, everything may go: it parks at once. */
  #roomOf(handler: string): number {
    const limit = this.#options.registry.find(handler)?.config.concurrency ?? Number.POSITIVE_INFINITY;
    return limit - this.#busyOf(handler);
  }

  #admit(handler: string): boolean {
    if (!this.#open || this.#room() < 1 || this.#roomOf(handler) < 1) return false;
    this.#reserved += 1;
    this.#busy.set(handler, this.#busyOf(handler) + 1);
    return true;
  }

  #release(handler: string): void {
    this.#reserved -= 1;
    this.#freeHandler(handler);
    this.#checkIdle();
  }

  #freeHandler(handler: string): void {
    const busy = this.#busyOf(handler) - 1;
    if (busy > 0) this.#busy.set(handler, busy);
    else this.#busy.delete(handler);
  }

  #leave(chain: Chain): void {
    this.#running.delete(chain.seq);
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#running.size + this.#reserved === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function linkOf(handler: RegisteredHandler): Link {
  return {
    handler: snapshotOf(handler),
    stop: handler.config.onFailure === 'stop',
    target: handler.target.description,
  };
}

function chainOf(
  claim: Claim,
  taken: Taken & { outcome: 'taken' },
  handlers: readonly RegisteredHandler[],
): Chain {
  const { eventType, objectId, objectKey, ordered, body, executor } = claim;
  return {
    seq: taken.seq,
    eventType,
    objectId,
    objectKey,
    ordered,
    body,
    executor,
    resumed: false,
    executions: handlers.map((handler, place) => {
      const { handler: snapshot, stop, target } = linkOf(handler);
      return {
        seq: taken.firstExecution + place,
        handler: snapshot,
        stop,
        target,
        status: place === 0 ? 'running' : 'pending',
        parkedFor: null,
        startedAt: null,
        attempts: 0,
        retries: 0,
        code: null,
        response: null,
        error: null,
        durationMs: null,
      };
    }),
  };
}

function resumedChain({ payload, executions, ...event }: StartedEvent): Chain {
  return {
    ...event,
    body: payload,
    resumed: true,
    executions: executions.map((execution) => ({
      ...execution,
      parkedFor: null,
      target: null,
      startedAt: null,
    })),
  };
}

function executionOf(chain: Chain, seq: number): ChainExecution {
  const execution = chain.executions.find((one) => one.seq === seq);
  if (!execution) throw new Error(`execution ${seq} is not of event ${chain.seq}`);
  return execution;
}

function settle(execution: ChainExecution, { outcome, record }: Attempt): ExecutionChange {
  const attemptsBefore = execution.attempts;
  execution.status = outcome.ok ? 'succeeded' : 'failed';
  execution.parkedFor = null;
  execution.attempts += 1;
  execution.target = record.target;
  execution.code = record.code;
  execution.response = record.response;
  execution.error = record.error;
  execution.durationMs = record.durationMs;
  return {
    seq: execution.seq,
    handler: execution.handler.id,
    status: execution.status,
    attempt: record,
    attemptsBefore,
  };
}

function park(execution: ChainExecution, reason: ParkedFor): ExecutionChange {
  execution.parkedFor = reason;
  return without(execution, 'parked');
}

function cancel(execution: ChainExecution, why: string): ExecutionChange {
  return without(execution, 'cancelled', why);
}

function skip(execution: ChainExecution | undefined): ExecutionChange {
  if (!execution) throw new Error('no such place in the chain');
  return without(execution, 'skipped', 'a handler before it failed and says that the chain stops then');
}

/** An execution changes without an attempt. */
function without(execution: ChainExecution, status: ExecutionStatus, why?: string): ExecutionChange {
  const { seq, handler, attempts } = execution;
  execution.status = status;
  if (why !== undefined) execution.error = why;
  return {
    seq,
    handler: handler.id,
    status,
    attemptsBefore: attempts,
    ...(why !== undefined && { error: why }),
  };
}
