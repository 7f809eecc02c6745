import { probeInterval } from '../rules/circuit.ts';
import type {
  Cancelled,
  CancelParked,
  Journal,
  Released,
  Resettled,
  StartedParked,
} from '../store/journal.ts';
import { WriteRefused } from '../words/errors.ts';
import type { Time } from '../words/time.ts';
import type { Breakers } from './breakers.ts';
import type { Calls, ParkedTurn } from './calls.ts';
import type { Gate } from './gate.ts';
import type { HandlerSlots } from './handler-slots.ts';
import type { Persist } from './persist.ts';
import { Portion } from './portion.ts';
import {
  type Chain,
  type ChainExecution,
  chainFrom,
  executionOf,
  fail,
  skip,
  unkept,
} from './running-chain.ts';

interface Options {
  readonly journal: Journal;
  readonly gate: Gate;
  readonly breakers: Breakers;
  readonly slots: HandlerSlots;
  readonly calls: Calls;
  readonly time: Time;
  readonly persist: Persist;
  readonly observer: {
    execution(chain: Chain, execution: ChainExecution): void;
    /** Who may go on now that something is settled. */
    released(released: Released): void;
  };
  readonly onError: (error: unknown) => void;
}

/** What is known of one handler's parked executions. */
interface Waiting {
  /** When the next one is due; null when none waits that may run. */
  nextAt: number | null;
  /** A request for them is on its way; what happens meanwhile is looked at after it. */
  asking: boolean;
  /** Its status may have changed: what became stale while it was disabled is cancelled first. */
  unchecked: boolean;
  readonly portion: Portion;
  lastProbe: { readonly execution: number; readonly at: number };
  cancelTimer: (() => void) | undefined;
}

/** Executions cancelled with one request. */
const batch = 64;
/** The longest that a timer is set for, in ms: a longer one would fire at once. */
const longestTimer = 60 * 60 * 1000;
const journalPause = 1000;

/**
 * The executions that wait outside the window (rules 6 to 9). They live in the journal only; what is in flight is
 * bounded by each handler's own concurrency.
 */
export class ParkedWindow {
  readonly #options: Options;
  readonly #handlers = new Map<string, Waiting>();
  #inFlight = 0;

  constructor(options: Options) {
    this.#options = options;
    for (const handler of options.journal.backlog.parkedFor) this.#waiting(handler).nextAt = 0;
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** Handlers may have changed: each is looked at anew. */
  open(): void {
    for (const waiting of this.#handlers.values()) waiting.unchecked = true;
    for (const handler of this.#handlers.keys()) this.fill(handler);
  }

  /** An execution of this handler is parked and may run at `at`. */
  notice(handler: string, at: number): void {
    const waiting = this.#waiting(handler);
    expect(waiting, at);
    this.fill(handler);
  }

  /** The handler's status may have changed. */
  recheck(handler: string): void {
    const waiting = this.#handlers.get(handler);
    if (waiting) waiting.unchecked = true;
    this.fill(handler);
  }

  /** Runs what is due, or sets a timer for it. */
  fill(handler: string): void {
    const waiting = this.#handlers.get(handler);
    if (!this.#options.gate.open || !waiting || waiting.asking || waiting.nextAt === null) return;
    const { gate, breakers } = this.#options;
    switch (gate.shutFor(handler)) {
      case 'archived':
        return this.#ask(waiting, handler, async (due) => {
          const cancelled = await this.#cancelBatch({ handler, stale: false }, 'its handler is archived');
          return cancelled > 0 ? due : null;
        });
      case 'circuit':
        return breakers.of(handler).state === 'open' ? this.#probe(waiting, handler) : undefined;
      case null:
        return waiting.unchecked ? this.#check(waiting, handler) : this.#start(waiting, handler);
    }
  }

  #check(waiting: Waiting, handler: string): void {
    this.#ask(waiting, handler, async (due) => {
      const why = 'its handler was disabled and has missed a later event of this object';
      if ((await this.#cancelBatch({ handler, stale: true }, why)) < batch) waiting.unchecked = false;
      return due;
    });
  }

  #start(waiting: Waiting, handler: string): void {
    const { journal, slots, time } = this.#options;
    const wait = Math.max((waiting.nextAt ?? 0) - time.now(), slots.waitMs(handler));
    if (wait > 0) return this.#wake(waiting, handler, wait);
    const room = Math.min(slots.room(handler), waiting.portion.size);
    // When a slot is freed, this is called again.
    if (room < 1) return;
    this.#ask(waiting, handler, async () => {
      slots.take(handler, room);
      let unused = room;
      try {
        const at = time.now();
        const { started, abandoned, nextAt } = await journal.startParked(handler, room, at);
        unused -= started.length;
        waiting.portion.learn(started.length, room);
        for (const one of started) this.#run(one, false);
        for (const one of abandoned) this.#ended(one, at);
        return nextAt;
      } finally {
        slots.giveBack(handler, unused);
      }
    });
  }

  #probe(waiting: Waiting, handler: string): void {
    const { journal, breakers, slots, time } = this.#options;
    const since = Math.max(breakers.of(handler).since ?? 0, waiting.lastProbe.at);
    const wait = since + probeInterval - time.now();
    if (wait > 0) return this.#wake(waiting, handler, wait);
    if (slots.room(handler) < 1) return;
    this.#ask(waiting, handler, async (due) => {
      slots.take(handler, 1);
      let unused = 1;
      try {
        const started = await journal.startProbe(handler, waiting.lastProbe.execution, time.now());
        if (!started) return null;
        unused = 0;
        waiting.lastProbe = { execution: started.execution, at: time.now() };
        breakers.probe(handler);
        this.#run(started, true);
        return due;
      } finally {
        slots.giveBack(handler, unused);
      }
    });
  }

  #run({ execution: seq, event, dueAt }: StartedParked, probe: boolean): void {
    const chain = chainFrom(event);
    const turn = { dueAt: dueAt ?? this.#options.time.now(), probe };
    this.#inFlight += 1;
    this.#attempt(chain, executionOf(chain, seq), turn)
      .catch(this.#options.onError)
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  async #attempt(chain: Chain, execution: ChainExecution, turn: ParkedTurn): Promise<void> {
    const { journal, calls, slots, time, persist, observer } = this.#options;
    const handler = execution.handler.id;
    const begun = () => observer.execution(chain, execution);
    const change = await calls.call(chain, execution, begun, turn);
    if (change.attempt) slots.give(handler, 1);
    else slots.giveBack(handler, 1);
    const at = time.now();
    const settled = await persist(() =>
      journal.resettle({ event: chain.seq, changes: [change], at, emit: false }),
    ).catch((error) => this.#abandon(chain, execution, error));
    observer.execution(chain, execution);
    for (const skipped of chain.executions.filter(({ seq }) => settled.skipped.includes(seq))) {
      skip(skipped);
      observer.execution(chain, skipped);
    }
    if (execution.status === 'parked') this.notice(handler, change.nextAttemptAt ?? at);
    this.#follow(settled, at);
  }

  #cancelBatch(which: CancelParked['which'], why: string): Promise<number> {
    return this.cancel({ which, why, limit: batch, at: this.#options.time.now() });
  }

  /** Ends parked executions. @returns how many */
  async cancel(request: CancelParked): Promise<number> {
    const cancelled = await this.#options.journal.cancelParked(request);
    for (const one of cancelled) this.#ended(one, request.at);
    return cancelled.length;
  }

  /** An execution was ended without a call. */
  #ended({ execution, event, ...settled }: Cancelled, at: number): void {
    const chain = chainFrom(event);
    for (const seq of [execution, ...settled.skipped])
      this.#options.observer.execution(chain, executionOf(chain, seq));
    this.#follow(settled, at);
  }

  /** The journal can't keep what became of an execution: it has failed, for all to see. */
  async #abandon(chain: Chain, execution: ChainExecution, error: unknown): Promise<Resettled> {
    if (!(error instanceof WriteRefused)) throw error;
    const { journal, time, persist, onError } = this.#options;
    onError(error);
    const why = unkept(error);
    fail(execution, why);
    const ended = { event: chain.seq, execution: execution.seq, why, leaves: false, emit: false };
    const settled = await persist(() => journal.abandon({ ...ended, at: time.now() }));
    return { ...settled, skipped: [] };
  }

  #follow({ released, woken }: Resettled, at: number): void {
    this.#options.observer.released(released);
    for (const handler of woken) this.notice(handler, at);
  }

  /**
   * One request for a handler at a time. What is noticed while it is on its way is not in its answer, so it is kept
   * apart from what was known before.
   * @param request is told when the next execution was due; it gives when the next one is due after it
   */
  #ask(waiting: Waiting, handler: string, request: (due: number | null) => Promise<number | null>): void {
    const due = waiting.nextAt;
    waiting.nextAt = null;
    waiting.asking = true;
    request(due)
      .then(
        (next) => ({ next, pause: 0 }),
        (error) => {
          this.#options.onError(error);
          return { next: due, pause: journalPause };
        },
      )
      .then(({ next, pause }) => {
        waiting.asking = false;
        expect(waiting, next);
        if (pause > 0) this.#wake(waiting, handler, pause);
        else this.fill(handler);
      });
  }

  #wake(waiting: Waiting, handler: string, ms: number): void {
    waiting.cancelTimer?.();
    waiting.cancelTimer = this.#options.time.after(Math.min(ms, longestTimer), () => {
      waiting.cancelTimer = undefined;
      this.fill(handler);
    });
  }

  #waiting(handler: string): Waiting {
    const known = this.#handlers.get(handler);
    if (known) return known;
    const lastProbe = { execution: 0, at: 0 };
    const made: Waiting = {
      nextAt: null,
      asking: false,
      unchecked: true,
      portion: new Portion(),
      lastProbe,
      cancelTimer: undefined,
    };
    this.#handlers.set(handler, made);
    return made;
  }
}

/** An execution of the handler is due then. */
function expect(waiting: Waiting, at: number | null): void {
  if (at !== null) waiting.nextAt = Math.min(waiting.nextAt ?? at, at);
}
