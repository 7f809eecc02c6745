import { probeInterval } from '../rules/circuit.ts';
import type { CancelParked, EndedParked, ParkedBatch, StartedParked } from '../store/journal/work.ts';
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

/** Ms between two looks at whether a probe of another instance is over. */
const probePause = 1000;

/** Executions started, or cancelled, with one request. */
const most = 64;

/**
 * The executions that wait outside of the window (rules 6 to 9). They live in the journal only; what is in flight is
 * bounded by each handler's own concurrency.
 */
export function parkedOn({ journal, registry, gate, circuits, slots, turns, time, onError }: Options) {
  /** By the handler that they wait for. */
  const puller = pullerOn({ time, most, plan, onError });
  /** Handlers of which nothing is stale: it is cancelled before one of them is called again. */
  const fresh = new Set<string>();
  /** Counts what may have made something stale. */
  let changes = 0;
  let inFlight = 0;

  /** Handlers may have changed: each is looked at anew. */
  function open(): void {
    for (const { config } of registry.list()) recheck(config.id);
  }

  /** The handler's status may have changed. Even if nothing is parked, something of it may count as stale. */
  function recheck(handler: string): void {
    changes += 1;
    fresh.delete(handler);
    puller.wake(handler);
  }

  /** Ends parked executions. @returns how many */
  async function cancel(request: CancelParked): Promise<number> {
    const all = await journal.cancelParked(request);
    for (const one of all) ended(one);
    return all.length;
  }

  function plan(handler: string, dueAt: number): Pull | undefined {
    if (!gate.open) return undefined;
    const shut = gate.shutFor(handler);
    if (shut === 'archived') return cancelling(dueAt, { handler, stale: false }, 'its handler is archived');
    if (shut !== null && shut !== 'circuit') return undefined;
    if (!fresh.has(handler)) return freshening(handler, dueAt);
    if (shut === null) return starting(handler, dueAt);
    return circuits.of(handler).state === 'open' ? probing(handler) : undefined;
  }

  /** @param last the execution that was probed last, if it is one to probe that starts */
  function starting(handler: string, at: number, last?: number): Pull {
    const room = slots.room(handler);
    return {
      waitMs: Math.max(at - time.now(), slots.waitMs(handler)),
      slots: last === undefined ? room : Math.min(room, 1),
      pull: (count) => start(handler, count, last),
    };
  }

  /** The circuit is open: every so often one execution, due or not, is tried (rule 8). */
  function probing(handler: string): Pull {
    return starting(handler, probeDueAt(handler), circuits.lastProbe(handler)?.execution ?? 0);
  }

  function probeDueAt(handler: string): number {
    return Math.max(circuits.of(handler).since ?? 0, circuits.lastProbe(handler)?.at ?? 0) + probeInterval;
  }

  /** When a handler's circuit is tried next, if something waits then; null where that is now, or not known. */
  function nextProbeAt(handler: string): number | null {
    if (gate.shutFor(handler) !== 'circuit' || circuits.shown(handler).state !== 'open') return null;
    const at = probeDueAt(handler);
    return at > time.now() ? at : null;
  }

  async function start(handler: string, count: number, last?: number): Promise<Pulled> {
    slots.take(handler, count);
    let unused = count;
    try {
      const batch = await journal.startParked(handler, count, time.now(), last);
      const { started, failed, nextAt, probedElsewhere } = batch;
      unused -= started.length;
      if (probedElsewhere) waitForProbe(handler, probedElsewhere);
      const probe = last !== undefined;
      if (probe && started.length > 0) circuits.probe(handler);
      for (const one of started) run(handler, one, probe);
      for (const one of failed) ended(one);
      return { got: started.length, nextAt };
    } finally {
      slots.giveBack(handler, unused);
    }
  }

  /** Another instance tries the handler: this one does when it is due again, or when that takes longer, a second later. */
  function waitForProbe(
    handler: string,
    { execution, at }: NonNullable<ParkedBatch['probedElsewhere']>,
  ): void {
    circuits.probed(handler, execution, Math.max(at, time.now() - probeInterval + probePause));
  }

  /** What became stale while the handler was disabled is cancelled before it is called again, the rest runs (rule 9). */
  function freshening(handler: string, dueAt: number): Pull {
    const why = 'its handler was disabled and has missed a later event of this object';
    const { pull, ...rest } = cancelling(dueAt, { handler, stale: true }, why);
    return {
      ...rest,
      pull: async (slots) => {
        const before = changes;
        const { got, nextAt } = await pull(slots);
        if (nextAt === null && changes === before) fresh.add(handler);
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

  function run(handler: string, { execution, event, dueAt }: StartedParked, probe: boolean): void {
    const chain = chainFrom(event, turns.why);
    inFlight += 1;
    turns
      .take(chain, executionOf(chain, execution), {
        parked: { dueAt: dueAt ?? time.now(), probe },
        onBegun: () => probe && circuits.probed(handler, execution, time.now()),
      })
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
    nextProbeAt,
    cancel,
  };
}
export type Parked = ReturnType<typeof parkedOn>;
