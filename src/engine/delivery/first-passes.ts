import type { ExecutionChange, LeftEvent, NextTurns, StartedEvent } from '../store/journal.ts';
import { type Stage, stage } from '../store/stage.ts';
import type { Calls } from './calls.ts';
import { ChainSlots } from './chain-slots.ts';
import type { Context } from './context.ts';
import type { Emissions, Reservation } from './emissions.ts';
import type { Gate } from './gate.ts';
import { type Pull, type Pulled, Puller } from './puller.ts';
import { type Chain, type ChainExecution, chainFrom } from './running-chain.ts';
import type { Slots } from './slots.ts';
import { chainOf, type EventToTake, linkOf } from './taken-chain.ts';
import type { Turns } from './turns.ts';

/** A take that is on disk. */
export interface TakenEvent {
  readonly chain: Chain;
  readonly stage: Stage;
  /** Lets its chain begin. */
  readonly begin: () => void;
}

interface Options extends Context {
  readonly gate: Gate;
  readonly slots: Slots;
  readonly calls: Calls;
  readonly turns: Turns;
  readonly emissions: Emissions;
}

/**
 * The chains in their first pass (rules 2, 4, 5 and 12): at most `concurrency` at a time, and per handler at most
 * its own. What has to wait for a slot waits in the journal, where an index finds it again.
 */
export class FirstPasses {
  readonly #options: Options;
  readonly #window: ChainSlots;
  /** By the handler that due events wait for. */
  readonly #puller: Puller;

  constructor(options: Options) {
    this.#options = options;
    const { time, config, onError } = options;
    this.#window = new ChainSlots(
      () => config().concurrency,
      time,
      () => this.look(),
    );
    this.#puller = new Puller({ time, most: 64, plan: (handler) => this.#plan(handler), onError });
  }

  /** Whether nothing is in flight. */
  get idle(): boolean {
    return this.#window.unused;
  }

  /**
   * Takes an event (rule 2): fixes which handlers will run. What follows from it begins with `begin`, so that whoever
   * waits for the end of its first pass can be there before.
   * @returns undefined when it was taken already
   */
  async take(asked: EventToTake): Promise<TakenEvent | undefined> {
    const { journal, registry, emissions, turns, time } = this.#options;
    const { callable, missed } = registry.listenersOf(asked.eventType);
    const [first] = callable;
    const start = first !== undefined && this.#admit(first.config.id);
    const slot = emissions.reserve(1);
    let started = false;
    try {
      const { event, changed, executor } = asked;
      const links = callable.map(linkOf);
      const at = time.now();
      const request = { event, executor, links, missed, start, at, emit: slot.slots > 0 };
      const taken = await journal.take(changed ? { ...request, changed } : request);
      if (taken.outcome !== 'taken') return undefined;
      started = taken.stage === stage.running;
      const chain = chainOf(asked, taken, links, at);
      const begin = () => {
        if (started) this.#run(chain);
        else turns.follow(chain, taken, { firstPass: true });
      };
      return { chain, stage: taken.stage, begin };
    } finally {
      if (start && !started) this.#giveBack(first.config.id);
      slot.release();
    }
  }

  /** A due event in the journal waits for this handler. */
  wake(handler: string): void {
    this.#puller.wake(handler);
  }

  /** Starts due events while the window and their handlers have room. */
  look(): void {
    if (this.#window.roomAtMost > 0) this.#puller.lookAll();
  }

  #plan(handler: string): Pull | undefined {
    const { gate, slots } = this.#options;
    if (!gate.open) return undefined;
    const room = Math.min(this.#window.room(handler), this.#roomOf(handler));
    const waitMs = room > 0 ? 0 : slots.waitMs(handler);
    return { waitMs, slots: room, pull: (count) => this.#startDue(handler, count) };
  }

  async #startDue(handler: string, slots: number): Promise<Pulled> {
    const { journal, slots: handlerSlots, time } = this.#options;
    this.#window.take(slots);
    handlerSlots.take(handler, slots);
    let started: readonly StartedEvent[] = [];
    let passed: readonly LeftEvent[] = [];
    try {
      ({ started, passed } = await journal.startNext(handler, slots, time.now()));
    } finally {
      this.#window.give(slots - started.length);
      handlerSlots.giveBack(handler, slots - started.length);
    }
    const { turns } = this.#options;
    for (const event of started) this.#run(chainFrom(event, turns.why));
    for (const { event, ...state } of passed) {
      turns.follow(chainFrom(event, turns.why), state, { firstPass: true });
    }
    const got = started.length + passed.length;
    return { got, nextAt: got === slots ? 0 : null };
  }

  /** Runs a chain that the journal has started; its slots in the window and at the handler are reserved. */
  #run(chain: Chain): void {
    const first = chain.executions.find(({ status }) => status === 'running');
    if (!first) throw new Error(`nothing of event ${chain.seq} was started`);
    this.#pass(chain, first).catch(this.#options.onError);
  }

  async #pass(chain: Chain, first: ChainExecution): Promise<void> {
    try {
      let turn: ChainExecution | undefined = first;
      while (turn) turn = await this.#turn(chain, turn);
    } finally {
      this.#window.give(1);
    }
    this.look();
  }

  /** @returns whose turn is next */
  async #turn(chain: Chain, execution: ChainExecution): Promise<ChainExecution | undefined> {
    const { turns, slots, emissions } = this.#options;
    const held: { start: NextTurns['start']; slot?: Reservation } = { start: null };
    let next: ChainExecution | undefined;
    try {
      next = await turns.take(chain, execution, {
        onBegun: () => this.#window.began(execution),
        onEnded: () => this.#window.ended(execution),
        ahead: () => {
          const pass = this.#nextTurns(chain, execution);
          held.start = pass.start;
          held.slot = emissions.reserve(pass.start || pass.untold ? 0 : 1);
          return { pass, emit: held.slot.slots > 0 };
        },
      });
      return next;
    } finally {
      held.slot?.release();
      if (held.start && !next) slots.giveBack(held.start.handler, 1);
    }
  }

  /** Whose turn may come next. While flows are stopped nobody knows who may be called, so nobody is judged. */
  #nextTurns(chain: Chain, ended: ChainExecution): NextTurns {
    const { gate, calls, slots } = this.#options;
    const plain = chain.executions.every(
      (one) => one.replayOf === null && (one === ended || ['succeeded', 'pending'].includes(one.status)),
    );
    // Whoever waits for the message of its first pass gets it when flows run again, if need be in another process.
    const untold = !gate.open && chain.executor !== null && !chain.passed;
    const stopped: ExecutionChange[] = [];
    for (const execution of gate.open ? chain.executions : []) {
      if (execution.status !== 'pending') continue;
      const { seq, handler } = execution;
      const shut = gate.shutFor(handler.id);
      if (shut === null) {
        if (slots.room(handler.id) < 1) break;
        slots.take(handler.id, 1);
        return { stopped, start: { seq, handler: handler.id }, plain, untold };
      }
      stopped.push(calls.stopped(execution, shut));
    }
    return { stopped, start: null, plain, untold };
  }

  /** A handler that may not be called has room for all: what waits for it parks at once. */
  #roomOf(handler: string): number {
    const { gate, slots } = this.#options;
    return gate.shutFor(handler) === null ? slots.room(handler) : Number.POSITIVE_INFINITY;
  }

  /** Reserves a slot in the window and at the handler. None while older events wait for that handler. */
  #admit(handler: string): boolean {
    if (!this.#options.gate.open || this.#puller.waits(handler)) return false;
    if (this.#window.room(handler) < 1 || this.#roomOf(handler) < 1) return false;
    this.#window.take(1);
    this.#options.slots.take(handler, 1);
    return true;
  }

  #giveBack(handler: string): void {
    this.#window.give(1);
    this.#options.slots.giveBack(handler, 1);
  }
}
