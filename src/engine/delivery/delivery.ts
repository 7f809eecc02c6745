import { turns as circuitTurns } from '../rules/circuit.ts';
import type { Journal, Work } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import { CallsInFlight } from '../targets/in-flight.ts';
import type { Target } from '../targets/target.ts';
import type { Handler } from '../words/handler.ts';
import { Ids } from '../words/ids.ts';
import type { RegistryConfig } from '../words/registry-config.ts';
import { passed, type Time } from '../words/time.ts';
import { BulkReplays } from './bulk-replays.ts';
import { Calls } from './calls.ts';
import { Circuits } from './circuits.ts';
import { Emissions, type Emit } from './emissions.ts';
import { FirstPasses } from './first-passes.ts';
import { Gate } from './gate.ts';
import { Parked } from './parked.ts';
import { type Persist, persistently } from './persist.ts';
import { Pruning } from './pruning.ts';
import type { Publisher } from './publisher.ts';
import { Registry, snapshotOf } from './registry.ts';
import { Slots } from './slots.ts';
import { Turns } from './turns.ts';

interface Options {
  readonly store: Store;
  readonly publisher: Publisher;
  readonly time: Time;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly makeTarget: (handler: Handler) => Target;
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
export class Delivery {
  readonly store: Store;
  readonly journal: Journal;
  readonly ids: Ids;
  readonly registry: Registry;
  readonly publisher: Publisher;
  readonly gate: Gate;
  readonly circuits: Circuits;
  readonly emissions: Emissions;
  readonly firstPasses: FirstPasses;
  readonly parked: Parked;
  readonly bulkReplays: BulkReplays;
  readonly persist: Persist;
  readonly time: Time;
  readonly #pruning: Pruning;
  readonly #calls = new CallsInFlight();
  #closed = false;

  constructor({ store, publisher, random, makeTarget, emitters, ...shared }: Options) {
    const { time, config, onError } = shared;
    const { journal } = store;
    const registry = new Registry(store.handlers, (handler) => this.#calls.counted(makeTarget(handler)));
    const ids = new Ids(journal.tag);
    const persist = persistently(time, () => this.#closed, onError);
    const context = { ...shared, journal, registry, ids, persist };
    this.store = store;
    this.journal = journal;
    this.ids = ids;
    this.registry = registry;
    this.publisher = publisher;
    this.time = time;
    this.persist = persist;
    this.#pruning = new Pruning(context);
    const circuits = new Circuits({
      ...context,
      onChange: (id, circuit, before) => {
        this.parked.look(id);
        const handler = registry.find(id);
        if (handler && circuitTurns(before, circuit)) publisher.tellCircuit(snapshotOf(handler), circuit);
      },
    });
    const gate = new Gate(registry, circuits);
    // Retries that are due go before new events.
    const slots = new Slots(registry, time, (handler) => {
      this.parked.look(handler);
      this.firstPasses.look();
    });
    const calls = new Calls({ ...context, circuits, gate, random });
    const turns = new Turns({ ...context, calls, gate, slots, publisher });
    const claimMs = () => config().claimSeconds * 1000;
    const emissions = new Emissions({ ...context, emitters, claimMs });
    this.circuits = circuits;
    this.gate = gate;
    this.emissions = emissions;
    this.firstPasses = new FirstPasses({ ...context, gate, slots, calls, turns, emissions });
    this.parked = new Parked({ ...context, gate, circuits, slots, turns });
    this.bulkReplays = new BulkReplays({ ...context, log: store.log, closed: () => this.#closed });
    journal.onWork((work) => this.#wake(work));
  }

  /** Resolves when its store can't be used any more, with why. */
  get lost(): Promise<Error> {
    return this.store.lost;
  }

  /** Flows run: what waited goes on. @param off event nodes that are switched off */
  async open(executors: boolean, off: readonly string[]): Promise<void> {
    this.gate.start();
    this.firstPasses.look();
    this.parked.open();
    this.bulkReplays.open();
    await this.emissions.resume(executors, off);
  }

  pause(): void {
    this.gate.pause();
    this.emissions.pause();
  }

  /** Attempts in flight have their time to end; then everything is in the journal, or found again as interrupted. */
  async close(): Promise<void> {
    this.#stop();
    const end = this.time.monotonic() + drainTime;
    while (!(this.firstPasses.idle && this.parked.idle) && this.time.monotonic() < end) {
      await passed(this.time, drainStep);
    }
    await this.#end();
  }

  /** Its store is lost. What comes of the attempts in flight is handed to the journal once more, and not again. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await Promise.race([this.#calls.over(), passed(this.time, drainTime)]);
    // What the last one has come to is handed over in the same turn of the event loop.
    await passed(this.time, drainStep);
    await this.#end();
  }

  #stop(): void {
    this.pause();
    this.gate.end();
    this.#pruning.stop();
  }

  async #end(): Promise<void> {
    this.#closed = true;
    await this.store.close();
    await this.registry.close();
  }

  /** What became runnable, through whatever, is told to whoever runs it. */
  #wake({ emitted, ready, due, parked }: Work): void {
    for (const emission of emitted) this.emissions.emit(emission);
    if (ready) this.emissions.wake();
    for (const handler of due) this.firstPasses.wake(handler);
    for (const { handler, at } of parked) this.parked.wake(handler, at);
  }
}
