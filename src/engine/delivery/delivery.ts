import type { Circuit } from '../rules/circuit.ts';
import type { Journal, Work } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { Ids } from '../words/ids.ts';
import type { RegistryConfig } from '../words/registry-config.ts';
import type { Time } from '../words/time.ts';
import { Calls } from './calls.ts';
import { Circuits } from './circuits.ts';
import { Emissions, type Emit } from './emissions.ts';
import { FirstPasses } from './first-passes.ts';
import { Gate } from './gate.ts';
import { Parked } from './parked.ts';
import { type Persist, persistently } from './persist.ts';
import { Pruning } from './pruning.ts';
import type { Registry } from './registry.ts';
import type { Chain, ChainExecution } from './running-chain.ts';
import { Slots } from './slots.ts';
import { Turns } from './turns.ts';

interface Options {
  readonly store: Store;
  readonly registry: Registry;
  readonly ids: Ids;
  readonly time: Time;
  readonly random: () => number;
  readonly emitters: ReadonlyMap<string, Emit>;
  readonly config: () => RegistryConfig;
  readonly onExecution: (chain: Chain, execution: ChainExecution) => void;
  readonly onFirstPass: (chain: Chain) => void;
  readonly onCircuit: (handler: string, circuit: Circuit, before: Circuit) => void;
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
  readonly gate: Gate;
  readonly circuits: Circuits;
  readonly emissions: Emissions;
  readonly firstPasses: FirstPasses;
  readonly parked: Parked;
  readonly persist: Persist;
  readonly time: Time;
  readonly #pruning: Pruning;
  #closed = false;

  constructor(options: Options) {
    const { store, registry, ids, time, random, onError } = options;
    const { journal } = store;
    this.store = store;
    this.journal = journal;
    this.ids = ids;
    this.registry = registry;
    this.time = time;
    this.persist = persistently(time, () => this.#closed, onError);
    this.#pruning = new Pruning({ journal, time, config: options.config, onError });
    this.circuits = new Circuits({
      journal,
      time,
      persist: this.persist,
      onError,
      onChange: (handler, circuit, before) => {
        this.parked.look(handler);
        options.onCircuit(handler, circuit, before);
      },
    });
    this.gate = new Gate(registry, this.circuits);
    // Retries that are due go before new events.
    const slots = new Slots(registry, time, (handler) => {
      this.parked.look(handler);
      this.firstPasses.look();
    });
    const calls = new Calls({ registry, circuits: this.circuits, gate: this.gate, ids, time, random });
    const { onExecution, onFirstPass } = options;
    const shared = { journal, gate: this.gate, slots, calls, time, onError };
    const turns = new Turns({ ...shared, persist: this.persist, onExecution, onFirstPass });
    this.emissions = new Emissions({
      journal,
      time,
      emitters: options.emitters,
      claimMs: () => options.config().claimSeconds * 1000,
      onError,
    });
    const concurrency = () => options.config().concurrency;
    const { emissions } = this;
    this.firstPasses = new FirstPasses({ ...shared, registry, turns, emissions, concurrency });
    this.parked = new Parked({ ...shared, circuits: this.circuits, turns });
    journal.onWork((work) => this.#wake(work));
  }

  /** It has let go of its store, or is about to. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Flows run: what waited goes on. @param off event nodes that are switched off */
  async open(executors: boolean, off: readonly string[]): Promise<void> {
    this.gate.start();
    this.firstPasses.look();
    this.parked.open();
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
      await this.#passed(drainStep);
    }
    await this.#end();
  }

  /**
   * Its store is lost. What comes of the attempts in flight is handed to the journal once more, and not again.
   * @param over resolves when there are none any more
   */
  async abandon(over: Promise<void>): Promise<void> {
    this.#closed = true;
    this.#stop();
    await Promise.race([over, this.#passed(drainTime)]);
    // What the last one has come to is handed over in the same turn of the event loop.
    await this.#passed(drainStep);
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

  #passed(ms: number): Promise<void> {
    return new Promise((resolve) => this.time.after(ms, resolve));
  }

  /** What became runnable, through whatever, is told to whoever runs it. */
  #wake({ emitted, ready, due, parked }: Work): void {
    for (const emission of emitted) this.emissions.emit(emission);
    if (ready) this.emissions.wake();
    for (const handler of due) this.firstPasses.wake(handler);
    for (const { handler, at } of parked) this.parked.wake(handler, at);
  }
}
