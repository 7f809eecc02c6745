import { probeInterval } from '../rules/circuit.ts';
import type { CancelParked, EndedParked, StartedParked } from '../store/journal.ts';
import type { Circuits } from './circuits.ts';
import type { Context } from './context.ts';
import type { Gate } from './gate.ts';
import { type Pull, type Pulled, pullerOn } from './puller.ts';
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
export function parkedOn({ journal, gate, circuits, slots, turns, time, onError }: Options) {
  /** By the handler that they wait for. */
  const puller = pullerOn({ time, most, plan, onError });
  /** Handlers of which nothing is stale: it is cancelled before one of them is called again. */
  const fresh = new Set<string>();
  const lastProbes = new Map<string, Probe>();
  let inFlight = 0;

  /** Handlers may have changed: each is looked at anew. */
  function open(): void {
    fresh.clear();
    puller.lookAll();
  }

  /** The handler's status may have changed. */
  function recheck(handler: string): void {
    fresh.delete(handler);
    puller.look(handler);
  }

  /** Ends parked executions. @returns how many */
  async function cancel(request: CancelParked): Promise<number> {
    const all = await journal.cancelParked(request);
    for (const one of all) ended(one);
    return all.length;
  }

  function plan(handler: string, dueAt: number): Pull | undefined {
    if (!gate.open) return undefined;
    switch (gate.shutFor(handler)) {
      case 'archived':
        return cancelling(dueAt, { handler, stale: false }, 'its handler is archived');
      case 'circuit':
        return circuits.of(handler).state === 'open' ? probing(handler, dueAt) : undefined;
      case null:
        return fresh.has(handler) ? starting(handler, dueAt) : freshening(handler, dueAt);
      default:
        return undefined;
    }
  }

  function starting(handler: string, dueAt: number): Pull {
    const waitMs = Math.max(dueAt - time.now(), slots.waitMs(handler));
    return { waitMs, slots: slots.room(handler), pull: (count) => start(handler, count) };
  }

  async function start(handler: string, count: number): Promise<Pulled> {
    slots.take(handler, count);
    let unused = count;
    try {
      const { started, failed, nextAt } = await journal.startParked(handler, count, time.now());
      unused -= started.length;
      for (const one of started) run(one, false);
      for (const one of failed) ended(one);
      return { got: started.length, nextAt };
    } finally {
      slots.giveBack(handler, unused);
    }
  }

  /** The circuit is open: every so often one execution, due or not, is tried (rule 8). */
  function probing(handler: string, dueAt: number): Pull {
    const last = lastProbes.get(handler);
    const since = Math.max(circuits.of(handler).since ?? 0, last?.at ?? 0);
    return {
      waitMs: since + probeInterval - time.now(),
      slots: Math.min(slots.room(handler), 1),
      pull: () => probe(handler, last?.execution ?? 0, dueAt),
    };
  }

  async function probe(handler: string, after: number, dueAt: number): Promise<Pulled> {
    slots.take(handler, 1);
    let unused = 1;
    try {
      const started = await journal.startProbe(handler, after, time.now());
      if (!started) return { got: 0, nextAt: null };
      unused = 0;
      lastProbes.set(handler, { execution: started.execution, at: time.now() });
      circuits.probe(handler);
      run(started, true);
      return { got: 1, nextAt: dueAt };
    } finally {
      slots.giveBack(handler, unused);
    }
  }

  /** What became stale while the handler was disabled is cancelled before it is called again (rule 9). */
  function freshening(handler: string, dueAt: number): Pull {
    const why = 'its handler was disabled and has missed a later event of this object';
    const { pull, ...rest } = cancelling(dueAt, { handler, stale: true }, why);
    return {
      ...rest,
      pull: async (slots) => {
        const { got, nextAt } = await pull(slots);
        if (nextAt === null) fresh.add(handler);
        return { got, nextAt: dueAt };
      },
    };
  }

  function cancelling(dueAt: number, which: CancelParked['which'], why: string): Pull {
    return {
      waitMs: 0,
      slots: most,
      pull: async () => {
        const got = await cancel({ which, why, limit: most, at: time.now() });
        return { got, nextAt: got < most ? null : dueAt };
      },
    };
  }

  function run({ execution: seq, event, dueAt }: StartedParked, probe: boolean): void {
    const chain = chainFrom(event, turns.why);
    inFlight += 1;
    turns
      .take(chain, executionOf(chain, seq), { parked: { dueAt: dueAt ?? time.now(), probe } })
      .catch(onError)
      .finally(() => {
        inFlight -= 1;
      });
  }

  /** An execution was ended without a call. */
  function ended({ execution, event, ...state }: EndedParked): void {
    turns.follow(chainFrom(event, turns.why), state, { ended: [execution], firstPass: false });
  }

  return {
    /** Whether nothing is in flight. */
    get idle() {
      return inFlight === 0;
    },
    open,
    /** An execution of a handler is parked and may run from then on. */
    wake: puller.wake,
    recheck,
    /** A handler has a slot to spare, or another circuit. */
    look: puller.look,
    cancel,
  };
}
export type Parked = ReturnType<typeof parkedOn>;
