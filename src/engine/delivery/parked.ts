import { probeInterval } from '../rules/circuit.ts';
import type { CancelParked, EndedParked, StartedParked } from '../store/journal.ts';
import type { Circuits } from './circuits.ts';
import type { Context } from './context.ts';
import type { Gate } from './gate.ts';
import { type Pull, type Pulled, Puller } from './puller.ts';
import { chainFrom, executionOf } from './running-chain.ts';
import type { Slots } from './slots.ts';
import type { Turns } from './turns.ts';

interface Options extends Context {
  readonly gate: Gate;
  readonly circuits: Circuits;
  readonly slots: Slots;
  readonly turns: Turns;
}

interface Probe {
  readonly execution: number;
  readonly at: number;
}

/** Executions started, or cancelled, with one request. */
const most = 64;

/**
 * The executions that wait outside of the window (rules 6 to 9). They live in the journal only; what is in flight is
 * bounded by each handler's own concurrency.
 */
export class Parked {
  readonly #options: Options;
  /** By the handler that they wait for. */
  readonly #puller: Puller;
  /** Handlers of which nothing is stale: it is cancelled before one of them is called again. */
  readonly #fresh = new Set<string>();
  readonly #lastProbes = new Map<string, Probe>();
  #inFlight = 0;

  constructor(options: Options) {
    this.#options = options;
    const { time, onError } = options;
    this.#puller = new Puller({ time, most, plan: (handler, dueAt) => this.#plan(handler, dueAt), onError });
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** Handlers may have changed: each is looked at anew. */
  open(): void {
    this.#fresh.clear();
    this.#puller.lookAll();
  }

  /** An execution of this handler is parked and may run at `at`. */
  wake(handler: string, at: number): void {
    this.#puller.wake(handler, at);
  }

  /** The handler's status may have changed. */
  recheck(handler: string): void {
    this.#fresh.delete(handler);
    this.look(handler);
  }

  /** The handler has a slot to spare, or another circuit. */
  look(handler: string): void {
    this.#puller.look(handler);
  }

  /** Ends parked executions. @returns how many */
  async cancel(request: CancelParked): Promise<number> {
    const ended = await this.#options.journal.cancelParked(request);
    for (const one of ended) this.#ended(one);
    return ended.length;
  }

  #plan(handler: string, dueAt: number): Pull | undefined {
    const { gate, circuits } = this.#options;
    if (!gate.open) return undefined;
    switch (gate.shutFor(handler)) {
      case 'archived':
        return this.#cancelling(dueAt, { handler, stale: false }, 'its handler is archived');
      case 'circuit':
        return circuits.of(handler).state === 'open' ? this.#probing(handler, dueAt) : undefined;
      case null:
        return this.#fresh.has(handler) ? this.#starting(handler, dueAt) : this.#freshening(handler, dueAt);
      default:
        return undefined;
    }
  }

  #starting(handler: string, dueAt: number): Pull {
    const { slots, time } = this.#options;
    const waitMs = Math.max(dueAt - time.now(), slots.waitMs(handler));
    return { waitMs, slots: slots.room(handler), pull: (count) => this.#start(handler, count) };
  }

  async #start(handler: string, count: number): Promise<Pulled> {
    const { journal, slots, time } = this.#options;
    slots.take(handler, count);
    let unused = count;
    try {
      const { started, failed, nextAt } = await journal.startParked(handler, count, time.now());
      unused -= started.length;
      for (const one of started) this.#run(one, false);
      for (const one of failed) this.#ended(one);
      return { got: started.length, nextAt };
    } finally {
      slots.giveBack(handler, unused);
    }
  }

  /** The circuit is open: every so often one execution, due or not, is tried (rule 8). */
  #probing(handler: string, dueAt: number): Pull {
    const { circuits, slots, time } = this.#options;
    const last = this.#lastProbes.get(handler);
    const since = Math.max(circuits.of(handler).since ?? 0, last?.at ?? 0);
    return {
      waitMs: since + probeInterval - time.now(),
      slots: Math.min(slots.room(handler), 1),
      pull: () => this.#probe(handler, last?.execution ?? 0, dueAt),
    };
  }

  async #probe(handler: string, after: number, dueAt: number): Promise<Pulled> {
    const { journal, circuits, slots, time } = this.#options;
    slots.take(handler, 1);
    let unused = 1;
    try {
      const started = await journal.startProbe(handler, after, time.now());
      if (!started) return { got: 0, nextAt: null };
      unused = 0;
      this.#lastProbes.set(handler, { execution: started.execution, at: time.now() });
      circuits.probe(handler);
      this.#run(started, true);
      return { got: 1, nextAt: dueAt };
    } finally {
      slots.giveBack(handler, unused);
    }
  }

  /** What became stale while the handler was disabled is cancelled before it is called again (rule 9). */
  #freshening(handler: string, dueAt: number): Pull {
    const why = 'its handler was disabled and has missed a later event of this object';
    const { pull, ...rest } = this.#cancelling(dueAt, { handler, stale: true }, why);
    return {
      ...rest,
      pull: async (slots) => {
        const { got, nextAt } = await pull(slots);
        if (nextAt === null) this.#fresh.add(handler);
        return { got, nextAt: dueAt };
      },
    };
  }

  #cancelling(dueAt: number, which: CancelParked['which'], why: string): Pull {
    return {
      waitMs: 0,
      slots: most,
      pull: async () => {
        const got = await this.cancel({ which, why, limit: most, at: this.#options.time.now() });
        return { got, nextAt: got < most ? null : dueAt };
      },
    };
  }

  #run({ execution: seq, event, dueAt }: StartedParked, probe: boolean): void {
    const { turns, time, onError } = this.#options;
    const chain = chainFrom(event, turns.why);
    this.#inFlight += 1;
    turns
      .take(chain, executionOf(chain, seq), { parked: { dueAt: dueAt ?? time.now(), probe } })
      .catch(onError)
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  /** An execution was ended without a call. */
  #ended({ execution, event, ...state }: EndedParked): void {
    const { turns } = this.#options;
    turns.follow(chainFrom(event, turns.why), state, { ended: [execution], firstPass: false });
  }
}
