import { opensOrCloses } from '../rules/circuit.ts';
import type { Store } from '../store/store.ts';
import { CallsInFlight } from '../targets/in-flight.ts';
import type { Target } from '../targets/target.ts';
import { type Expressions, noExpressions } from '../words/expression.ts';
import type { Handler } from '../words/handler.ts';
import { Ids } from '../words/ids.ts';
import type { RegistryConfig } from '../words/registry-config.ts';
import { passed, type Time } from '../words/time.ts';
import { bulkCancelsOn } from './bulk-cancels.ts';
import { bulkReplaysOn } from './bulk-replays.ts';
import { callsOn } from './calls.ts';
import { circuitsOn } from './circuits.ts';
import { conditionOf } from './conditions.ts';
import { type Emit, emissionsOn } from './emissions.ts';
import { eventsAgainOn } from './events-again.ts';
import { executionsAgainOn } from './executions-again.ts';
import { firstPassesOn } from './first-passes.ts';
import { Gate } from './gate.ts';
import { missedEventsOn } from './missed-events.ts';
import { followOtherInstances } from './other-instances.ts';
import { parkedOn } from './parked.ts';
import { persistently } from './persist.ts';
import { Pruning } from './pruning.ts';
import type { Publisher } from './publisher.ts';
import { Registry, snapshotOf } from './registry.ts';
import { Slots } from './slots.ts';
import { Switches } from './switches.ts';
import { switchingOn } from './switching.ts';
import { toldAlarmsOn } from './told-alarms.ts';
import { turnsOn } from './turns.ts';

interface Options {
  readonly store: Store;
  readonly publisher: Publisher;
  readonly time: Time;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly makeTarget: (handler: Handler) => Target;
  /** Reads handlers' conditions. */
  readonly expressions: Expressions | undefined;
  /** The deployed event nodes by id: each emits what it has accepted. */
  readonly emitters: ReadonlyMap<string, Emit>;
  readonly config: () => RegistryConfig;
  readonly onError: (error: unknown) => void;
}

/** Ms that attempts in flight have to end when it closes, and how often that is looked at. */
const drainTime = 10_000;
const drainStep = 20;

/**
 * The moving parts of one registry over its open store: what is emitted, what runs, what waits. Here they are
 * told of one another; each keeps one rule.
 */
export function deliveryOf({
  store,
  publisher,
  random,
  makeTarget,
  expressions = noExpressions,
  emitters,
  ...shared
}: Options) {
  const { time, config, onError } = shared;
  const { journal, instances } = store;
  let letGo = false;
  const closed = () => letGo;
  const inFlight = new CallsInFlight();
  const switches = new Switches(store.handlers, time, () => switching.endThoseOver());
  const registry = new Registry(
    store.handlers,
    switches,
    (handler) => inFlight.counted(makeTarget(handler)),
    (text) => conditionOf(text, expressions),
  );
  const ids = new Ids(journal.tag);
  const persist = persistently(time, closed, onError);
  const context = { ...shared, journal, registry, ids, persist };
  const pruning = new Pruning(context);
  const circuits = circuitsOn({
    ...context,
    instances,
    onChange: (id, circuit, before, elsewhere) => {
      parked.look(id);
      const handler = registry.find(id);
      if (!handler || !opensOrCloses(before, circuit)) return;
      // Who has opened or closed it tells of it.
      if (elsewhere) publisher.tellSwitch();
      else publisher.tellCircuit(snapshotOf(handler), circuit);
    },
  });
  // Retries that are due go before new events.
  const slots = new Slots({
    registry,
    time,
    ...(instances && { shareOf: (handler) => instances.shareOf(handler) }),
    onFreed: (handler) => {
      parked.look(handler);
      firstPasses.look();
    },
  });
  const gate = new Gate(registry, circuits, slots);
  const calls = callsOn({ ...context, circuits, gate, random });
  const turns = turnsOn({ ...context, calls, gate, slots, publisher });
  const claimMs = () => config().claimSeconds * 1000;
  const emissions = emissionsOn({ ...context, emitters, claimMs });
  const firstPasses = firstPassesOn({ ...context, gate, slots, calls, turns, emissions });
  const parked = parkedOn({ ...context, gate, circuits, slots, turns });
  const alarms = toldAlarmsOn(context);
  const switching = switchingOn({ ...context, parked, firstPasses, publisher });
  instances?.onSwitched(switching.followOthers);
  instances?.onMembers(() => {
    for (const { config } of registry.list()) parked.look(config.id);
    firstPasses.look();
  });
  const bulkCancels = bulkCancelsOn({ ...context, log: store.log, cancel: parked.cancel });
  const bulk = {
    executions: executionsAgainOn({ ...context, log: store.log }),
    events: eventsAgainOn({ ...context, emissions, log: store.log }),
    delivery: missedEventsOn({ ...context, log: store.log }),
  };
  const nextPart = {
    executions: bulk.executions.next,
    events: bulk.events.next,
    delivery: bulk.delivery.next,
  };
  const bulkReplays = bulkReplaysOn({ ...context, nextPart, closed });
  if (instances) followOtherInstances({ ...context, instances, publisher, bulkReplays, log: store.log });
  // What became runnable, through whatever, is told to whoever runs it.
  journal.onWork((work) => {
    for (const emission of work.emitted) emissions.emit(emission);
    if (work.ready) emissions.wake();
    for (const handler of work.due) firstPasses.wake(handler);
    for (const { handler, at } of work.parked) parked.wake(handler, at);
  });

  /** Flows run: what waited goes on. @param off event nodes that are switched off */
  async function open(executors: boolean, off: readonly string[]): Promise<void> {
    gate.start();
    firstPasses.look();
    parked.open();
    bulkReplays.open();
    await emissions.resume(executors, off);
  }

  function pause(): void {
    gate.pause();
    emissions.pause();
  }

  /** Attempts in flight have their time to end; then everything is in the journal, or found again as interrupted. */
  async function close(): Promise<void> {
    stop();
    const end = time.monotonic() + drainTime;
    while (!(firstPasses.idle && parked.idle) && time.monotonic() < end) await passed(time, drainStep);
    await leave(!inFlight.areOver);
  }

  /** Its store is lost. What comes of the attempts in flight is handed to the journal once more, and not again. */
  async function abandon(): Promise<void> {
    letGo = true;
    stop();
    await Promise.race([inFlight.over(), passed(time, drainTime)]);
    // What the last one has come to is handed over in the same turn of the event loop.
    await passed(time, drainStep);
    // Its lease is over, whatever is under way.
    await leave(false);
  }

  function stop(): void {
    pause();
    pruning.stop();
  }

  async function leave(callsUnderWay: boolean): Promise<void> {
    letGo = true;
    await store.close(callsUnderWay);
    await registry.close();
  }

  const moving = { emissions, firstPasses, parked, switching, bulk, bulkReplays, bulkCancels };
  const parts = { gate, circuits, alarms, ...moving, publisher, store };
  return { ...context, ...parts, lost: store.lost, open, pause, close, abandon };
}
export type Delivery = ReturnType<typeof deliveryOf>;
