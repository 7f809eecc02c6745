import type { Breakers } from './breakers.ts';
import type { Calls } from './calls.ts';
import { probeInterval } from './circuit.ts';
import type { Gate } from './gate.ts';
import type { HandlerSlots } from './handler-slots.ts';
import type { CancelParked, Journal, Released, Resettled, StartedParked } from './journal/journal.ts';
import type { Persist } from './persist.ts';
import { type Chain, type ChainExecution, chainFrom, executionOf } from './running-chain.ts';
import type { Time } from './time.ts';

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
    slotFreed(handler: string): void;
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
  lastProbe: { readonly execution: number; readonly at: number };
  cancelTimer: (() => void) | undefined;
}

/** Executions started or cancelled with one request. */
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
  #open = false;

  constructor(options: Options) {
    this.#options = options;
    for (const handler of options.journal.backlog.parkedFor) this.#waiting(handler).nextAt = 0;
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** Handlers may have changed: each is looked at anew. */
  open(): void {
    this.#open = true;
    for (const waiting of this.#handlers.values()) waiting.unchecked = true;
    for (const handler of this.#handlers.keys()) this.fill(handler);
  }

  pause(): void {
    this.#open = false;
  }

  /** An execution of this handler is parked and may run at `at`. */
  notice(handler: string, at: number): void {
    const waiting = this.#waiting(handler);
    waiting.nextAt = Math.min(waiting.nextAt ?? Number.POSITIVE_INFINITY, at);
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
    if (!this.#open || !waiting || waiting.asking || waiting.nextAt === null) return;
    const { gate, breakers } = this.#options;
    const shut = gate.shutFor(handler);
    if (shut === 'archived')
      return this.#ask(waiting, handler, () => this.#cancel(handler, false, 'its handler is archived'));
    if (shut === 'circuit')
      return breakers.of(handler).state === 'open' ? this.#probe(waiting, handler) : undefined;
    if (shut !== null) return;
    if (waiting.unchecked) {
      return this.#ask(waiting, handler, async () => {
        const why = 'its handler was disabled and has missed a later event of this object';
        if ((await this.#cancel(handler, true, why)) < batch) waiting.unchecked = false;
      });
    }
    this.#start(waiting, handler);
  }

  #start(waiting: Waiting, handler: string): void {
    const { journal, slots, time } = this.#options;
    const wait = Math.max((waiting.nextAt ?? 0) - time.now(), slots.waitMs(handler));
    if (wait > 0) return this.#wake(waiting, handler, wait);
    const room = Math.min(slots.room(handler), batch);
    // When a slot is freed, this is called again.
    if (room < 1) return;
    this.#ask(waiting, handler, async () => {
      slots.take(handler, room);
      waiting.nextAt = null;
      const { started, nextAt } = await journal.startParked(handler, room, time.now()).catch((error) => {
        slots.give(handler, room);
        waiting.nextAt = 0;
        throw error;
      });
      slots.give(handler, room - started.length);
      for (const one of started) this.#run(one, false);
      if (nextAt !== null) waiting.nextAt = Math.min(nextAt, waiting.nextAt ?? nextAt);
    });
  }

  #probe(waiting: Waiting, handler: string): void {
    const { journal, breakers, slots, time } = this.#options;
    const since = Math.max(breakers.of(handler).since ?? 0, waiting.lastProbe.at);
    const wait = since + probeInterval - time.now();
    if (wait > 0) return this.#wake(waiting, handler, wait);
    if (slots.room(handler) < 1) return;
    this.#ask(waiting, handler, async () => {
      slots.take(handler, 1);
      const started = await journal.startProbe(handler, waiting.lastProbe.execution).catch((error) => {
        slots.give(handler, 1);
        throw error;
      });
      if (!started) {
        slots.give(handler, 1);
        waiting.nextAt = null;
        return;
      }
      waiting.lastProbe = { execution: started.execution, at: time.now() };
      breakers.probe(handler);
      this.#run(started, true);
    });
  }

  #run({ execution: seq, event }: StartedParked, probe: boolean): void {
    const chain = chainFrom(event);
    this.#inFlight += 1;
    this.#attempt(chain, executionOf(chain, seq), probe)
      .catch(this.#options.onError)
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  async #attempt(chain: Chain, execution: ChainExecution, probe: boolean): Promise<void> {
    const { journal, calls, slots, time, persist, observer } = this.#options;
    const handler = execution.handler.id;
    observer.execution(chain, execution);
    const change = await calls.call(chain, execution, probe);
    slots.give(handler, 1);
    const at = time.now();
    const settled = await persist(() =>
      journal.resettle({ event: chain.seq, changes: [change], at, emit: false }),
    );
    observer.execution(chain, execution);
    if (change.status === 'parked') this.notice(handler, change.nextAttemptAt ?? at);
    this.#follow(settled, at);
    observer.slotFreed(handler);
  }

  /** @returns how many were cancelled */
  async #cancel(handler: string, stale: boolean, why: string): Promise<number> {
    const cancelled = await this.cancel({
      which: { handler, stale },
      why,
      limit: batch,
      at: this.#options.time.now(),
    });
    if (!stale && cancelled === 0) this.#waiting(handler).nextAt = null;
    return cancelled;
  }

  /** Ends parked executions. @returns how many */
  async cancel(request: CancelParked): Promise<number> {
    const cancelled = await this.#options.journal.cancelParked(request);
    for (const settled of cancelled) this.#follow(settled, request.at);
    return cancelled.length;
  }

  #follow({ released, woken }: Resettled, at: number): void {
    this.#options.observer.released(released);
    for (const handler of woken) this.notice(handler, at);
  }

  /** One request for a handler at a time. */
  #ask(waiting: Waiting, handler: string, request: () => Promise<unknown>): void {
    waiting.asking = true;
    request()
      .then(
        () => 0,
        (error) => {
          this.#options.onError(error);
          return journalPause;
        },
      )
      .then((pause) => {
        waiting.asking = false;
        // The answer, or what happened meanwhile, may be followed by another request.
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
      lastProbe,
      cancelTimer: undefined,
    };
    this.#handlers.set(handler, made);
    return made;
  }
}
