import type { Calls } from './calls.ts';
import { skippedIn, turnOf } from './chain.ts';
import { type Claim, chainOf, linkOf } from './claim.ts';
import type { EmissionWindow } from './emission-window.ts';
import type { Gate } from './gate.ts';
import type { HandlerSlots } from './handler-slots.ts';
import type { ExecutionChange, Journal, Released, StartedFirstPass, Taken } from './journal/journal.ts';
import { stage } from './journal/stage.ts';
import type { Persist } from './persist.ts';
import { Portion } from './portion.ts';
import type { Registry } from './registry.ts';
import {
  type Chain,
  type ChainExecution,
  cancel,
  chainFrom,
  endOf,
  executionOf,
  park,
  skip,
} from './running-chain.ts';
import type { Time } from './time.ts';
import { WindowPlaces } from './window-places.ts';

export interface ChainObserver {
  /** An execution began, parked or was settled; the journal has it. */
  execution(chain: Chain, execution: ChainExecution): void;
  /** The first pass is over. */
  finished(chain: Chain): void;
  /** An execution waits; it is due at this time. */
  parked(handler: string, nextAttemptAt: number): void;
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
  #open = false;

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

  /** Chains start. */
  open(): void {
    this.#open = true;
    this.fill();
  }

  /** No chain starts; attempts in flight end, and what comes after them waits in the journal. */
  pause(): void {
    this.#open = false;
  }

  /** Takes an event (rule 2): fixes which handlers will run, and starts the first as soon as that is on disk. */
  async take(claim: Claim): Promise<Taken> {
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
      if (taken.outcome !== 'taken') return taken;
      this.#go(taken.released, slot.era);
      if (started) this.#run(chainOf(claim, taken, links, at), taken.blocked);
      else if (taken.stage === stage.due && first) this.wait(first.config.id);
      return taken;
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
      if (!this.#open || this.#places.roomAtMost < 1) return;
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
    let events: readonly StartedFirstPass[] = [];
    try {
      events = await journal.startNext(handler, slots, time.now());
      portion.learn(events.length, slots);
      if (events.length === slots) this.#due.set(handler, portion);
    } catch (error) {
      onError(error);
      time.after(journalPause, () => this.wait(handler));
    }
    for (const { blocked, ...event } of events) this.#run(chainFrom(event), blocked, handler);
    this.#places.give(slots - events.length);
    handlerSlots.give(handler, slots - events.length);
    this.fill();
  }

  /** Runs a chain that the journal has started; its slots in the window and at the handler are reserved. */
  #run(chain: Chain, blocked: boolean, reservedAt = chain.executions[0]?.handler.id ?? ''): void {
    this.#running += 1;
    const turn = turnOf(chain.executions);
    const execution = turn === undefined ? undefined : chain.executions[turn];
    const running = !blocked && execution?.status === 'running' ? execution : undefined;
    const shut = running && this.#shut(running);
    if (blocked && execution) this.#blocked(chain, execution);
    const goes = running && !shut && running.handler.id === reservedAt;
    if (!goes) this.#options.slots.give(reservedAt, 1);
    if (running && !shut && !goes) this.#options.slots.take(running.handler.id, 1);
    const going = running && !shut ? this.#attempt(chain, running) : this.#advance(chain, shut ? [shut] : []);
    going.catch(this.#options.onError);
  }

  async #attempt(chain: Chain, execution: ChainExecution): Promise<void> {
    const { calls, slots, observer } = this.#options;
    observer.execution(chain, execution);
    this.#places.began(execution);
    const change = await calls.call(chain, execution).finally(() => this.#places.ended(execution));
    slots.give(execution.handler.id, 1);
    await this.#advance(chain, [change]);
  }

  /** Writes what has happened and goes on: to the next handler, out of the window to wait, or to the end. */
  async #advance(chain: Chain, happened: readonly ExecutionChange[]): Promise<void> {
    const { journal, slots, time, observer, emissions, persist } = this.#options;
    const changes = [...happened];
    const next = this.#nextTurn(chain, changes);
    for (const place of skippedIn(chain.executions)) {
      const skipped = chain.executions[place];
      if (skipped) changes.push(skip(skipped));
    }
    // Whoever waits for the message of its first pass gets it when flows run again, if need be in another process.
    const kept = next === undefined && !this.#open && chain.executor !== null && !chain.passed;
    const waitsFor = next?.handler.id ?? (kept ? chain.executions.at(-1)?.handler.id : undefined);
    const goes = next !== undefined && this.#open && this.#roomOf(next.handler.id) > 0;
    if (goes) slots.take(next.handler.id, 1);
    const slot = emissions.reserve(waitsFor === undefined ? 1 : 0);
    const at = time.now();
    for (const { seq } of changes) executionOf(chain, seq).startedAt ??= at;
    if (goes) next.startedAt ??= at;
    const { blocked, released, woken } = await persist(() =>
      journal.step({
        event: chain.seq,
        objectKey: chain.objectKey,
        ordered: chain.ordered,
        changes,
        at,
        emit: slot.slots > 0,
        ...(goes && { start: { seq: next.seq, handler: next.handler.id } }),
        ...(waitsFor !== undefined && !goes && { waitsFor }),
        ...(waitsFor === undefined && { ends: endOf(chain) }),
      }),
    );
    for (const { seq, handler, status, nextAttemptAt } of changes) {
      observer.execution(chain, executionOf(chain, seq));
      if (status === 'parked') observer.parked(handler, nextAttemptAt ?? at);
    }
    for (const handler of woken) observer.parked(handler, at);
    this.#go(released, slot.era);
    emissions.giveBack(slot);

    if (goes && blocked) {
      slots.give(next.handler.id, 1);
      this.#blocked(chain, next);
      return this.#advance(chain, []);
    }
    if (goes) {
      next.status = 'running';
      return this.#attempt(chain, next);
    }
    this.#running -= 1;
    this.#places.give(1);
    this.fill();
    if (waitsFor !== undefined) this.wait(waitsFor);
    else observer.finished(chain);
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

  /** Why a handler may not be called (rules 8 and 9). While flows are stopped nobody knows, so nobody is judged. */
  #shut(execution: ChainExecution): ExecutionChange | undefined {
    if (!this.#open) return undefined;
    const shut = this.#options.gate.shutFor(execution.handler.id);
    if (shut === null) return undefined;
    return shut === 'archived' ? cancel(execution, 'its handler is archived') : park(execution, shut);
  }

  #blocked(chain: Chain, execution: ChainExecution): void {
    execution.status = 'parked';
    execution.parkedFor = 'order';
    this.#options.observer.execution(chain, execution);
  }

  #go(released: Released, era: number): void {
    const { emissions } = this.#options;
    if (released.emission) emissions.emit(released.emission, { era });
    if (released.ready) emissions.wait();
    if (released.dueFor !== undefined) this.wait(released.dueFor);
  }

  /** A handler that may not be called has room for all: what waits for it parks at once. */
  #roomOf(handler: string): number {
    const { gate, slots } = this.#options;
    return gate.shutFor(handler) === null ? slots.room(handler) : Number.POSITIVE_INFINITY;
  }

  /** Reserves a place in the window and at the handler. None while older events wait for that handler. */
  #admit(handler: string): boolean {
    if (!this.#open || this.#due.has(handler)) return false;
    if (this.#places.room(handler) < 1 || this.#roomOf(handler) < 1) return false;
    this.#places.take(1);
    this.#options.slots.take(handler, 1);
    return true;
  }

  #giveBack(handler: string): void {
    this.#places.give(1);
    this.#options.slots.give(handler, 1);
  }
}
