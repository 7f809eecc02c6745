import { isDone } from '../rules/chain.ts';
import type { ExecutionChange, NextTurns } from '../store/journal/turn.ts';
import type { LeftEvent, StartedEvent } from '../store/journal/work.ts';
import { type Stage, stage } from '../store/stage.ts';
import type { Calls } from './calls.ts';
import { ChainSlots } from './chain-slots.ts';
import type { Context } from './context.ts';
import type { Emissions, Reservation } from './emissions.ts';
import type { Gate } from './gate.ts';
import { judgedBy, type Membership } from './judged-links.ts';
import { ObjectQueue } from './object-queue.ts';
import { type Pull, type Pulled, pullerOn } from './puller.ts';
import type { Listeners } from './registry.ts';
import { type Chain, type ChainExecution, chainFrom } from './running-chain.ts';
import type { Slots } from './slots.ts';
import { chainOf, type EventToTake } from './taken-chain.ts';
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
export function firstPassesOn({
  journal,
  registry,
  gate,
  slots,
  calls,
  turns,
  emissions,
  time,
  config,
  onError,
}: Options) {
  const judging = new ObjectQueue();
  const window = new ChainSlots(() => config().concurrency, time, look);
  /** By the handler that due events wait for. */
  const puller = pullerOn({ time, most: 64, plan, onError });

  /**
   * Takes an event (rule 2): fixes which handlers will run. What follows from it begins with `begin`, so that whoever
   * waits for the end of its first pass can be there before.
   * @returns undefined when it was taken already
   */
  function take(asked: EventToTake): Promise<TakenEvent | undefined> {
    const { callable, missed, conditional } = registry.listenersOf(asked.eventType);
    // Whoever has no conditions to judge waits only for an earlier one of its object that has.
    if (!conditional && !judging.has(asked.objectKey))
      return takeBy(asked, { links: callable.map(({ link }) => link), missed, passedBy: false });
    return judging.run(
      asked.objectKey,
      () => membershipOf(asked),
      (membership) => takeBy(asked, membership),
    );
  }

  /** Who joins the chain, by the handlers that are in force once all has been judged. */
  async function membershipOf({ eventType, payload }: EventToTake): Promise<Membership> {
    for (;;) {
      const listeners = registry.listenersOf(eventType);
      const membership = await judgedBy(registry, listeners, payload);
      const now = registry.listenersOf(eventType);
      // A set that is new is of new handlers; what is remembered of a type may have been forgotten meanwhile.
      if (sameHandlers(now, listeners)) return membership;
    }
  }

  async function takeBy(
    asked: EventToTake,
    { links, missed, passedBy }: Membership,
  ): Promise<TakenEvent | undefined> {
    const first = links.find(({ settled }) => !settled);
    const start = first !== undefined && admit(first.handler.id);
    const slot = emissions.reserve(1);
    let started = false;
    try {
      const { event, changed, executor } = asked;
      const at = time.now();
      const more = { ...(changed && { changed }), ...(passedBy && { passedBy }) };
      const request = { event, executor, links, missed, start, at, emit: slot.slots > 0, ...more };
      const taken = await journal.take(request);
      if (taken.outcome !== 'taken') return undefined;
      started = taken.stage === stage.running;
      const chain = chainOf(asked, taken, links, at);
      const ended = chain.executions.flatMap(({ seq }, index) => (links[index]?.settled ? [seq] : []));
      const begin = () => {
        if (!started || ended.length > 0) turns.follow(chain, taken, { ended, firstPass: true });
        if (started) run(chain);
      };
      return { chain, stage: taken.stage, begin };
    } finally {
      if (start && !started) giveBack(first.handler.id);
      slot.release();
    }
  }

  /** Starts due events while the window and their handlers have room. */
  function look(): void {
    if (window.roomAtMost > 0) puller.lookAll();
  }

  function plan(handler: string): Pull | undefined {
    if (!gate.open) return undefined;
    const room = Math.min(window.room(handler), roomOf(handler));
    const waitMs = room > 0 ? 0 : slots.waitMs(handler);
    return { waitMs, slots: room, pull: (count) => startDue(handler, count) };
  }

  async function startDue(handler: string, count: number): Promise<Pulled> {
    window.take(count);
    slots.take(handler, count);
    let started: readonly StartedEvent[] = [];
    let passed: readonly LeftEvent[] = [];
    try {
      ({ started, passed } = await journal.startNext(handler, count, time.now()));
    } finally {
      window.give(count - started.length);
      slots.giveBack(handler, count - started.length);
    }
    for (const event of started) run(chainFrom(event, turns.why));
    for (const { event, ...state } of passed) {
      turns.follow(chainFrom(event, turns.why), state, { firstPass: true });
    }
    const got = started.length + passed.length;
    return { got, nextAt: got === count ? 0 : null };
  }

  /** Runs a chain that the journal has started; its slots in the window and at the handler are reserved. */
  function run(chain: Chain): void {
    const first = chain.executions.find(({ status }) => status === 'running');
    if (!first) throw new Error(`nothing of event ${chain.seq} was started`);
    pass(chain, first).catch(onError);
  }

  async function pass(chain: Chain, first: ChainExecution): Promise<void> {
    try {
      let turn: ChainExecution | undefined = first;
      while (turn) turn = await takeTurn(chain, turn);
    } finally {
      window.give(1);
    }
    look();
  }

  /** @returns whose turn is next */
  async function takeTurn(chain: Chain, execution: ChainExecution): Promise<ChainExecution | undefined> {
    const held: { start: NextTurns['start']; slot?: Reservation } = { start: null };
    let next: ChainExecution | undefined;
    try {
      next = await turns.take(chain, execution, {
        onBegun: () => window.began(execution),
        onEnded: () => window.ended(execution),
        ahead: () => {
          const pass = nextTurns(chain, execution);
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
  function nextTurns(chain: Chain, ended: ChainExecution): NextTurns {
    const plain = chain.executions.every(
      (one) => one.replayOf === null && (one === ended || isDone(one) || one.status === 'pending'),
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
  function roomOf(handler: string): number {
    return gate.shutFor(handler) === null ? slots.room(handler) : Number.POSITIVE_INFINITY;
  }

  /** Reserves a slot in the window and at the handler. None while older events wait for that handler. */
  function admit(handler: string): boolean {
    if (!gate.open || puller.waits(handler)) return false;
    if (window.room(handler) < 1 || roomOf(handler) < 1) return false;
    window.take(1);
    slots.take(handler, 1);
    return true;
  }

  function giveBack(handler: string): void {
    window.give(1);
    slots.giveBack(handler, 1);
  }

  return {
    /** Whether nothing is in flight. */
    get idle() {
      return window.unused;
    },
    take,
    /** A due event in the journal waits for a handler. */
    wake: puller.wake,
    look,
  };
}
export type FirstPasses = ReturnType<typeof firstPassesOn>;

function sameHandlers(a: Listeners, b: Listeners): boolean {
  return (
    a.callable.length === b.callable.length &&
    a.callable.every((one, index) => one === b.callable[index]) &&
    a.missed.join() === b.missed.join()
  );
}
