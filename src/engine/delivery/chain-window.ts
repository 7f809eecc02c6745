import { skippedIn, turnOf } from '../rules/chain.ts';
import type { DueBatch, ExecutionChange, Journal, Released, Step, Stepped, Taken } from '../store/journal.ts';
import { stage } from '../store/stage.ts';
import { WriteRefused } from '../words/errors.ts';
import type { Time } from '../words/time.ts';
import type { Calls } from './calls.ts';
import { type Claim, chainOf, linkOf } from './claim.ts';
import type { EmissionWindow } from './emission-window.ts';
import type { Gate } from './gate.ts';
import type { HandlerSlots } from './handler-slots.ts';
import type { Persist } from './persist.ts';
import { Portion } from './portion.ts';
import type { Registry } from './registry.ts';
import {
  type Chain,
  type ChainExecution,
  chainFrom,
  endOf,
  executionOf,
  fail,
  park,
  skip,
  unkept,
} from './running-chain.ts';
import { WindowPlaces } from './window-places.ts';

export interface ChainObserver {
  /** An execution began, parked or was settled; the journal has it. */
  execution(chain: Chain, execution: ChainExecution): void;
  /** The first pass is over. */
  finished(chain: Chain): void;
  /** An execution waits; it is due at this time. */
  parked(handler: string, nextAttemptAt: number): void;
}

/** A take that is on disk. */
export interface TakenEvent {
  readonly taken: Taken;
  /** Lets its chain begin. */
  readonly begin: () => void;
}

interface Options {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly gate: Gate;
  readonly slots: HandlerSlots;
  readonly calls: Calls;
  readonly emissions: EmissionWindow;
  readonly time: Time;
  readonly persist: Persist;
  /** Chains in their first pass at a time. */
  readonly concurrency: () => number;
  readonly observer: ChainObserver;
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
  readonly #places: WindowPlaces;
  /** Handlers that due events in the journal wait for, and how many to ask for. */
  readonly #due: Map<string, Portion>;
  /** Handlers whose rate is waited for. */
  readonly #slowed = new Set<string>();
  #running = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#places = new WindowPlaces(options.concurrency, options.time, () => this.fill());
    this.#due = new Map(options.journal.backlog.dueFor.map((handler) => [handler, new Portion()]));
  }

  /** Chains in the window. */
  get running(): number {
    return this.#running;
  }

  /** Whether nothing is in flight. */
  get idle(): boolean {
    return this.#places.unused;
  }

  /** Flows run: chains start. */
  open(): void {
    this.fill();
  }

  /**
   * Takes an event (rule 2): fixes which handlers will run. What follows from it begins with `begin`, so that whoever
   * waits for the end of its first pass can be there before.
   */
  async take(claim: Claim): Promise<TakenEvent> {
    const { journal, registry, emissions, time } = this.#options;
    const { callable, missed } = registry.listenersOf(claim.eventType);
    const [first] = callable;
    const start = first !== undefined && this.#admit(first.config.id);
    const slot = emissions.reserve(1);
    try {
      const { event, changed, executor } = claim;
      const links = callable.map(linkOf);
      const at = time.now();
      const request = { event, executor, links, missed, start, at, emit: slot.slots > 0 };
      const taken = await journal.take(changed ? { ...request, changed } : request);
      const started = taken.outcome === 'taken' && taken.stage === stage.running;
      if (start && !started) this.#giveBack(first.config.id);
      if (taken.outcome !== 'taken') return { taken, begin: () => undefined };
      const { passed } = taken;
      this.#go(taken.released, slot.era);
      if (passed) this.#follow(passed, slot.era, at);
      const begin = () => {
        if (started) this.#run(chainOf(claim, taken, links, at));
        else if (passed) this.#left(chainFrom(passed.event), passed);
        else if (taken.stage === stage.due && first) this.wait(first.config.id);
      };
      return { taken, begin };
    } catch (error) {
      if (start) this.#giveBack(first.config.id);
      throw error;
    } finally {
      emissions.giveBack(slot);
    }
  }

  /** A due event in the journal waits for this handler. */
  wait(handler: string): void {
    if (!this.#due.has(handler)) this.#due.set(handler, new Portion());
    this.fill();
  }

  /** Starts due events while the window and their handlers have room. */
  fill(): void {
    for (const [handler, portion] of this.#due) {
      if (!this.#options.gate.open || this.#places.roomAtMost < 1) return;
      const slots = Math.min(this.#places.room(handler), this.#roomOf(handler), portion.size);
      if (slots > 0) void this.#startDue(handler, slots, portion);
      else this.#awaitRate(handler);
    }
  }

  /** Comes back when the handler's rate allows another attempt; a slot that is freed comes back by itself. */
  #awaitRate(handler: string): void {
    const wait = this.#options.slots.waitMs(handler);
    if (wait === 0 || this.#slowed.has(handler)) return;
    this.#slowed.add(handler);
    this.#options.time.after(wait, () => {
      this.#slowed.delete(handler);
      this.fill();
    });
  }

  async #startDue(handler: string, slots: number, portion: Portion): Promise<void> {
    const { journal, slots: handlerSlots, time, onError } = this.#options;
    // What becomes due from now on is not in the answer, so it must be noted anew.
    this.#due.delete(handler);
    this.#places.take(slots);
    handlerSlots.take(handler, slots);
    let batch: DueBatch = { started: [], passed: [] };
    try {
      batch = await journal.startNext(handler, slots, time.now());
      const got = batch.started.length + batch.passed.length;
      portion.learn(got, slots);
      if (got === slots) this.#due.set(handler, portion);
    } catch (error) {
      onError(error);
      time.after(journalPause, () => this.wait(handler));
    }
    const unused = slots - batch.started.length;
    this.#places.give(unused);
    handlerSlots.giveBack(handler, unused);
    for (const event of batch.started) this.#run(chainFrom(event));
    for (const passed of batch.passed) {
      this.#follow(passed, undefined, time.now());
      this.#left(chainFrom(passed.event), passed);
    }
    this.fill();
  }

  /** Runs a chain that the journal has started; its slots in the window and at the handler are reserved. */
  #run(chain: Chain): void {
    this.#running += 1;
    const execution = chain.executions.find(({ status }) => status === 'running');
    if (!execution) throw new Error(`nothing of event ${chain.seq} was started`);
    this.#attempt(chain, execution).catch(this.#options.onError);
  }

  async #attempt(chain: Chain, execution: ChainExecution): Promise<void> {
    const { calls, slots, observer } = this.#options;
    const handler = execution.handler.id;
    let begun = false;
    const change = await calls
      .call(chain, execution, () => {
        begun = true;
        observer.execution(chain, execution);
        this.#places.began(execution);
      })
      .finally(() => begun && this.#places.ended(execution));
    if (begun) slots.give(handler, 1);
    else slots.giveBack(handler, 1);
    await this.#advance(chain, [change]);
  }

  /** Writes what has happened and goes on: to the next handler, out of the window to wait, or to the end. */
  async #advance(chain: Chain, happened: readonly ExecutionChange[]): Promise<void> {
    const { journal, gate, slots, time, emissions, persist } = this.#options;
    const changes = [...happened];
    const next = this.#nextTurn(chain, changes);
    for (const place of skippedIn(chain.executions)) {
      const skipped = chain.executions[place];
      if (skipped) changes.push(skip(skipped));
    }
    // Whoever waits for the message of its first pass gets it when flows run again, if need be in another process.
    const kept = next === undefined && !gate.open && chain.executor !== null && !chain.passed;
    const waitsFor = next?.handler.id ?? (kept ? chain.executions.at(-1)?.handler.id : undefined);
    const goes = next !== undefined && gate.open && this.#roomOf(next.handler.id) > 0;
    if (goes) slots.take(next.handler.id, 1);
    const slot = emissions.reserve(waitsFor === undefined ? 1 : 0);
    const at = time.now();
    for (const { seq } of changes) executionOf(chain, seq).startedAt ??= at;
    if (goes) next.startedAt ??= at;
    const { seq: event, objectKey, ordered } = chain;
    const written = { event, objectKey, ordered, changes, at, emit: slot.slots > 0 };
    let stepped: Stepped;
    try {
      stepped = await persist(() =>
        journal.step({
          ...written,
          ...(goes && { start: { seq: next.seq, handler: next.handler.id } }),
          ...(waitsFor !== undefined && !goes && { waitsFor }),
          ...(waitsFor === undefined && { ends: endOf(chain) }),
        }),
      );
    } catch (error) {
      if (goes) slots.giveBack(next.handler.id, 1);
      emissions.giveBack(slot);
      return this.#unkept(chain, { ...written, emit: false, ends: 'otherwise' }, error);
    }
    this.#tell(chain, changes, at);
    this.#follow(stepped, slot.era, at);
    emissions.giveBack(slot);
    if (goes && stepped.stage === stage.running) {
      next.status = 'running';
      return this.#attempt(chain, next);
    }
    if (goes) slots.giveBack(next.handler.id, 1);
    this.#running -= 1;
    this.#places.give(1);
    this.#left(chain, stepped);
    this.fill();
    if (waitsFor !== undefined && !goes) this.wait(waitsFor);
  }

  #tell(chain: Chain, changes: readonly ExecutionChange[], at: number): void {
    const { observer } = this.#options;
    for (const { seq, handler, status, nextAttemptAt } of changes) {
      // A turn that was given back is nothing that people would be told of.
      if (status !== 'pending') observer.execution(chain, executionOf(chain, seq));
      if (status === 'parked') observer.parked(handler, nextAttemptAt ?? at);
    }
  }

  /**
   * The journal refuses to keep a step. It may be what was to follow: what has happened is tried without it. Else the
   * execution has failed, for all to see, and the chain goes on.
   */
  async #unkept(chain: Chain, step: Step, error: unknown): Promise<void> {
    if (!(error instanceof WriteRefused)) throw error;
    const { journal, observer, persist, onError } = this.#options;
    onError(error);
    this.#running -= 1;
    this.#places.give(1);
    const { event, changes, at } = step;
    const [happened] = changes;
    let stepped: Stepped;
    try {
      stepped = await persist(() => journal.step(step));
      this.#tell(chain, changes, at);
    } catch (again) {
      if (!(again instanceof WriteRefused) || !happened) throw again;
      const execution = executionOf(chain, happened.seq);
      const why = unkept(again);
      fail(execution, why);
      const ended = { event, execution: execution.seq, why, leaves: true, emit: false, at };
      stepped = await persist(() => journal.abandon(ended));
      observer.execution(chain, execution);
    }
    this.#follow(stepped, undefined, at);
    this.#left(chain, stepped);
    this.fill();
  }

  /** A chain is out of the window. What is told of its first pass is what the journal says of it. */
  #left(chain: Chain, { stage: at, blocked, executions }: Stepped): void {
    const { gate, observer } = this.#options;
    for (const seq of blocked) {
      const execution = executionOf(chain, seq);
      park(execution, 'order');
      execution.startedAt ??= this.#options.time.now();
      observer.execution(chain, execution);
    }
    if (at <= stage.running) return;
    for (const stored of executions ?? []) {
      const parkedFor = stored.status === 'parked' ? gate.parkedFor(stored.handler.id, stored.blocked) : null;
      Object.assign(executionOf(chain, stored.seq), stored, { parkedFor });
    }
    observer.finished(chain);
  }

  #follow({ released, woken }: Stepped, era: number | undefined, at: number): void {
    for (const handler of woken) this.#options.observer.parked(handler, at);
    this.#go(released, era);
  }

  /** Whose turn it is; handlers that may not be called now are parked or cancelled on the way. */
  #nextTurn(chain: Chain, changes: ExecutionChange[]): ChainExecution | undefined {
    for (;;) {
      const turn = turnOf(chain.executions);
      const execution = turn === undefined ? undefined : chain.executions[turn];
      const change = execution && this.#shut(execution);
      if (!change) return execution;
      changes.push(change);
    }
  }

  /** Why a handler may not be called. While flows are stopped nobody knows, so nobody is judged. */
  #shut(execution: ChainExecution): ExecutionChange | undefined {
    const { gate, calls } = this.#options;
    const shut = gate.open ? gate.shutFor(execution.handler.id) : null;
    return shut === null ? undefined : calls.stop(execution, shut);
  }

  #go({ emission, ready, dueFor }: Released, era: number | undefined): void {
    const { emissions } = this.#options;
    if (emission) emissions.emit(emission, { era });
    if (ready) emissions.wait();
    if (dueFor !== undefined) this.wait(dueFor);
  }

  /** A handler that may not be called has room for all: what waits for it parks at once. */
  #roomOf(handler: string): number {
    const { gate, slots } = this.#options;
    return gate.shutFor(handler) === null ? slots.room(handler) : Number.POSITIVE_INFINITY;
  }

  /** Reserves a place in the window and at the handler. None while older events wait for that handler. */
  #admit(handler: string): boolean {
    if (!this.#options.gate.open || this.#due.has(handler)) return false;
    if (this.#places.room(handler) < 1 || this.#roomOf(handler) < 1) return false;
    this.#places.take(1);
    this.#options.slots.take(handler, 1);
    return true;
  }

  #giveBack(handler: string): void {
    this.#places.give(1);
    this.#options.slots.giveBack(handler, 1);
  }
}
