import type { Circuit } from '../rules/circuit.ts';
import type { ExecutionLog } from '../store/log.ts';
import type { CircuitState } from '../words/admin-answers.ts';
import { Unavailable } from '../words/errors.ts';
import type { Envelope } from '../words/event.ts';
import type { ExecutionRow } from '../words/execution.ts';
import type { HandlerSnapshot } from '../words/handler.ts';
import { hold } from '../words/hold.ts';
import type { Ids } from '../words/ids.ts';
import { TransientMap } from '../words/transient-map.ts';
import { type FirstPass, firstPassOf, isoOf, passFromJournal, rowOf } from './execution-row.ts';
import { HeldMessages } from './held-messages.ts';
import type { Chain, ChainExecution } from './running-chain.ts';

/** How an executor sends on what memory does not hold its message of any more. */
export type OnResumed = (pass: FirstPass, envelope: Envelope) => void;

/** A handler's circuit has opened, closed or is gone; `since` is ISO 8601. */
export interface CircuitChange {
  readonly handler: HandlerSnapshot;
  readonly state: CircuitState;
  readonly since: string | null;
  readonly error: string | null;
}

interface Waiter {
  readonly resolve: (pass: FirstPass) => void;
  readonly reject: (error: Error) => void;
  readonly size: number;
}

/**
 * What a registry's engine tells its nodes: executors of first passes, log nodes of executions and circuits. While
 * flows are stopped it keeps it back: a node that is being replaced would lose it. Whatever a listener throws stays
 * its own affair: deliveries go on.
 */
export class Publisher {
  readonly held = new HeldMessages();
  readonly #registry: string;
  readonly #onError: (error: unknown) => void;
  readonly #executors = new Map<string, OnResumed>();
  readonly #observers = new Set<(row: ExecutionRow) => void>();
  readonly #observersElsewhere = new Set<(row: ExecutionRow) => void>();
  readonly #circuitObservers = new Set<(change: CircuitChange) => void>();
  readonly #switchObservers = new Set<() => void>();
  readonly #waiters = new TransientMap<number, Waiter>();
  readonly #keptBack: (() => void)[] = [];
  #open = false;

  constructor(registry: string, onError: (error: unknown) => void) {
    this.#registry = registry;
    this.#onError = onError;
  }

  /** Whether somebody could take an event. */
  get hasExecutors(): boolean {
    return this.#executors.size > 0;
  }

  open(): void {
    this.#open = true;
    for (const send of this.#keptBack.splice(0)) this.#guarded(send);
  }

  pause(): void {
    this.#open = false;
  }

  /** @returns what detaches it */
  attachExecutor(node: string, onResumed: OnResumed): () => void {
    return hold(this.#executors, node, onResumed);
  }

  /** Tells of each execution that began, parked or was settled. @returns what ends it */
  observe(observer: (row: ExecutionRow) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Tells of executions that have changed by what other instances did, for who shows them. @returns what ends it */
  observeElsewhere(observer: (row: ExecutionRow) => void): () => void {
    this.#observersElsewhere.add(observer);
    return () => this.#observersElsewhere.delete(observer);
  }

  /** Whether anybody is told of what other instances did. */
  get observesElsewhere(): boolean {
    return this.#observersElsewhere.size > 0;
  }

  tellElsewhere(rows: readonly ExecutionRow[]): void {
    for (const row of rows)
      for (const observer of this.#observersElsewhere) this.#guarded(() => observer(row));
  }

  /** Tells of each circuit that opens, closes or is gone. @returns what ends it */
  observeCircuits(observer: (change: CircuitChange) => void): () => void {
    this.#circuitObservers.add(observer);
    return () => this.#circuitObservers.delete(observer);
  }

  /** Tells that something was switched, by an operator or because its time was over. @returns what ends it */
  observeSwitches(observer: () => void): () => void {
    this.#switchObservers.add(observer);
    return () => this.#switchObservers.delete(observer);
  }

  /** The event's first pass, for a message of this size that is held until then. */
  firstPassOf(event: number, size: number): Promise<FirstPass> {
    return new Promise((resolve, reject) => this.#waiters.set(event, { resolve, reject, size }));
  }

  /** Events whose message is held, the first ones first. */
  heldEvents(): readonly number[] {
    return [...this.#waiters.keys()];
  }

  /**
   * Messages are told of first passes that were over, but whose end nobody heard of: all of them when the journal is
   * open anew, or those of some events.
   * @param again this is asked for again: who can't be told now waits
   */
  async tellHeld(
    ids: Ids,
    log: Pick<ExecutionLog, 'event'>,
    events: readonly number[] = this.heldEvents(),
    again = false,
  ): Promise<void> {
    for (const event of events) {
      const { resolve, reject, size } = this.#waiters.get(event) ?? {};
      if (!resolve || !reject || size === undefined) continue;
      const told = await log.event(ids.event(event)).then(
        (details) => {
          const pass = passFromJournal(this.#registry, details);
          return pass && (() => resolve(pass));
        },
        (error: Error) => (again && error instanceof Unavailable ? null : () => reject(error)),
      );
      if (told) this.#letGo(event, size, told);
    }
  }

  /** The message of an event does not go on. */
  refuseHeld(event: number, why: Error): void {
    const waiter = this.#waiters.get(event);
    if (waiter) this.#letGo(event, waiter.size, () => waiter.reject(why));
  }

  #letGo(event: number, size: number, send: () => void): void {
    this.#waiters.delete(event);
    this.held.give(size);
    this.#send(send);
  }

  /** What the message of a chain that is through its first pass says. */
  passOf(ids: Ids, chain: Chain): FirstPass {
    return firstPassOf(this.#registry, ids, chain);
  }

  tellFirstPass(ids: Ids, chain: Chain): void {
    const waiter = this.#waiters.get(chain.seq);
    this.#waiters.delete(chain.seq);
    if (waiter) this.held.give(waiter.size);
    const pass = this.passOf(ids, chain);
    this.#send(() => {
      if (waiter) waiter.resolve(pass);
      else if (chain.executor !== null) {
        this.#executors.get(chain.executor)?.({ ...pass, resumed: true }, JSON.parse(chain.payload));
      }
    });
  }

  tellExecution(ids: Ids, chain: Chain, execution: ChainExecution): void {
    if (this.#observers.size === 0) return;
    const row = rowOf(ids, chain, execution);
    this.#send(() => {
      for (const observer of this.#observers) this.#guarded(() => observer(row));
    });
  }

  tellCircuit(handler: CircuitChange['handler'], circuit: Circuit): void {
    const change = { handler, ...circuitView(circuit) };
    this.#send(() => {
      for (const observer of this.#circuitObservers) this.#guarded(() => observer(change));
    });
  }

  /** At once, also while flows stand still: it is the editor that shows it. */
  tellSwitch(): void {
    for (const observer of this.#switchObservers) this.#guarded(observer);
  }

  #send(send: () => void): void {
    if (this.#open) this.#guarded(send);
    else this.#keptBack.push(send);
  }

  #guarded(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** A circuit as people see it. */
export function circuitView({ state, since, error }: Circuit): Omit<CircuitChange, 'handler'> {
  return { state, since: isoOf(since), error };
}
