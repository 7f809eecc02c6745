import { setTimeout as sleep } from 'node:timers/promises';
import type { EmittedEvent } from '../../src/engine/delivery/emissions.ts';
import type { FirstPass } from '../../src/engine/delivery/execution-row.ts';
import type { CircuitChange } from '../../src/engine/delivery/publisher.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Store, StoreLocation, StoreOptions } from '../../src/engine/store/store.ts';
import type { Call } from '../../src/engine/targets/target.ts';
import type { Envelope } from '../../src/engine/words/event.ts';
import type { ExecutionRow } from '../../src/engine/words/execution.ts';
import type { Handler } from '../../src/engine/words/handler.ts';
import type { Outcome } from '../../src/engine/words/outcome.ts';
import { registryConfigSchema } from '../../src/engine/words/registry-config.ts';
import { eventually } from './eventually.ts';
import { expressions } from './jsonata.ts';
import { type Behaviour, fine, type MadeCall } from './made-call.ts';
import { VirtualTime } from './virtual-time.ts';
import { WatchedStore } from './watched-store.ts';

/** An engine over a real journal, in a time that the test moves, with handlers that answer as the test says. */
export abstract class StoreBench {
  readonly time = new VirtualTime();
  readonly calls: MadeCall[] = [];
  readonly passes: FirstPass[] = [];
  readonly rows: ExecutionRow[] = [];
  /** How many of the rows were told before this turn of the event loop. */
  toldBefore = 0;
  readonly circuits: CircuitChange[] = [];
  readonly emissions: (EmittedEvent & { readonly id: string })[] = [];
  readonly logged: string[] = [];
  readonly dropped: string[] = [];
  /** By handler; undefined holds the call until it is answered. */
  readonly behaviours = new Map<string, Behaviour>();
  /** What the flow does with an emitted event; by default its executor takes it. */
  flow: (event: EmittedEvent & { readonly id: string }) => void = (event) => void this.take(event);
  engine!: Engine;
  handlers: readonly Handler[] = [];
  config: Record<string, unknown> = { id: 'registry' };
  /** Told of each call that begins, and of each that is answered. */
  onCall: (call: MadeCall) => void = () => undefined;
  onAnswer: (call: MadeCall, outcome: Outcome) => void = () => undefined;
  /** Told of each message of an executor when it is sent. */
  onPass: (pass: FirstPass) => void = () => undefined;
  /** Told before the journal is opened, as its files were left. */
  onOpening: () => void = () => undefined;
  /** Makes the nodes that attach themselves before flows start. */
  onStarting: () => void | Promise<void> = () => undefined;
  /** What opening the journal waits for. */
  opening: Promise<void> = Promise.resolve();
  #store: WatchedStore | undefined;
  #order = 0;
  #life = 0;
  #flowsRun = false;
  #sameTurn = false;
  #openings = 0;
  #openingsBefore = 0;

  /** The store that is open. */
  protected get store(): WatchedStore | undefined {
    return this.#store;
  }

  /** Where its registry is kept. */
  protected abstract get place(): StoreLocation;
  /** Rows of the journal, as they would be if its process were killed now. */
  abstract select<Row>(sql: string): Row[];
  /** Ends the store as `kill -9` does; it is open anywhere else afterwards. */
  protected abstract kill(store: WatchedStore | undefined): Promise<void>;
  /** How often its store has refused what its calls came to: they are made again. */
  get unheard(): number {
    return 0;
  }

  /** Takes the store away from the engine, as a fault would. */
  protected abstract takeAway(): Promise<unknown>;

  /** Starts the engine, as Node-RED would with these handlers deployed. */
  async start(handlers = this.handlers): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    this.engine = new Engine({
      config: registryConfigSchema.parse(this.config),
      location: {
        ...this.place,
        open: (options) => this.#open(options),
      },
      time: this.time,
      random: () => 0.5,
      backlogLimit: 1_000_000,
      expressions,
      makeTarget: (handler) => ({
        description: `run ${handler.id}`,
        call: (call) => this.#call(handler.id, call, life),
        close: async () => undefined,
      }),
      log: (level, message) => this.logged.push(`${level}: ${message}`),
    });
    this.engine.attachEmitter('event-node', (event) => {
      if (life !== this.#life) return;
      this.emissions.push(event);
      this.flow(event);
    });
    this.engine.attachExecutor('executor', (pass) => this.#tell(pass));
    this.engine.news.observe((row) => {
      this.#noteTurn();
      this.rows.push(row);
    });
    this.engine.news.observeCircuits((change) => this.circuits.push(change));
    await this.onStarting();
    await this.#flowsStart(handlers);
    await this.engine.operator();
    await this.settle();
  }

  /** Flows stop. */
  pause(): void {
    this.#flowsRun = false;
    this.engine.pause();
  }

  /** Flows start, with these handlers deployed. */
  async resume(handlers = this.handlers): Promise<void> {
    await this.#flowsStart(handlers);
    await this.settle();
  }

  /** What a deploy does: everything pauses, the handlers are swapped, everything goes on. */
  async deploy(handlers: readonly Handler[]): Promise<void> {
    this.pause();
    await this.resume(handlers);
  }

  async accept(...envelopes: readonly Envelope[]): Promise<readonly string[]> {
    const { ids } = await this.engine.accept(envelopes, 'event-node');
    await this.settle();
    return ids;
  }

  /** The executor takes an emitted event. */
  async take(event: Pick<EmittedEvent, 'payload'> & { readonly id: string }): Promise<void> {
    const taken = await this.engine.take(JSON.parse(event.payload), 'executor', event.id);
    if (taken.outcome === 'already') this.dropped.push(event.id);
    else if (taken.firstPass) this.#tell(await taken.firstPass);
  }

  /** Waits until nothing moves any more but time, and calls that the test holds. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#store && this.#store.pending === 0 ? quiet + 1 : 0;
    }
  }

  /** Waits for what a thread of its own has to find out first. */
  async until(is: () => boolean | Promise<boolean>): Promise<void> {
    await eventually('the engine has come so far', is);
    await this.settle();
  }

  /** Moves time on, timer by timer, and lets everything settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.time.monotonic() + ms;
    for (;;) {
      const next = this.time.untilNext();
      const left = end - this.time.monotonic();
      await this.time.advance(Math.min(left, next ?? left));
      await this.settle();
      if (this.time.monotonic() >= end) return;
    }
  }

  /** Lets time pass until something has come about. */
  async passing<T>(what: T): Promise<Awaited<T>> {
    let isOver = false;
    const over = Promise.resolve(what).finally(() => {
      isOver = true;
    });
    for (await this.settle(); !isOver; await sleep(1)) await this.advance(1000);
    return over;
  }

  /** The process is killed: what was not written is lost, calls in flight are cut off. */
  async crash(): Promise<void> {
    this.#life += 1;
    this.pause();
    await this.kill(this.#store);
    this.#store = undefined;
    this.#cutOff();
  }

  /** It can't use its store any more, and finds out. */
  async loseStore(): Promise<void> {
    this.#openingsBefore = this.#openings;
    await this.takeAway();
    await this.settle();
  }

  /** Waits until a journal that was lost is open again. */
  async reopened(): Promise<void> {
    // How long its threads take to start has nothing to do with the time of the test.
    while (this.#openings === this.#openingsBefore) await this.advance(1000);
    await eventually('it is open again', () => ['ready', 'stopped'].includes(this.engine.state));
    await this.settle();
  }

  /** The process is asked to end. @param meanwhile looks at what is so before any time has passed */
  async stop(meanwhile: () => void): Promise<void> {
    const closed = this.engine.close();
    await this.settle();
    meanwhile();
    await this.advance(10_000);
    await closed;
    this.#life += 1;
    this.#store = undefined;
  }

  async restart(handlers = this.handlers): Promise<void> {
    await this.crash();
    await this.start(handlers);
  }

  /** Answers the calls that are held. */
  async answerAll(outcome: Partial<Outcome> = {}): Promise<void> {
    for (const call of this.calls) if (call.ended === undefined) call.answer(outcome);
    await this.settle();
  }

  /** Waits until all that there are rows of stands in the file. */
  async written(): Promise<void> {
    // Whoever asks the log sees all that the journal has answered.
    await this.#store?.store.log.counts();
  }

  /** Part of every id. */
  get tag(): string {
    return String(this.#store?.store.journal.tag);
  }

  /** `handler:event` of each call, in the order they began. */
  get called(): string[] {
    return this.calls.map(({ handler, eventId }) => `${handler}:${eventId.split('-')[2]}`);
  }

  async end(): Promise<void> {
    await this.crash();
  }

  async #flowsStart(handlers: readonly Handler[]): Promise<void> {
    this.handlers = handlers;
    this.#flowsRun = true;
    await this.engine.resume(handlers);
  }

  async #open(options: StoreOptions): Promise<Store> {
    this.#openings += 1;
    await this.opening;
    // One that was lost waits no longer for what its calls come to.
    this.#cutOff();
    this.onOpening();
    this.#store = await WatchedStore.open(this.place, options);
    return this.#store.store;
  }

  #noteTurn(): void {
    if (this.#sameTurn) return;
    this.#sameTurn = true;
    this.toldBefore = this.rows.length;
    setImmediate(() => {
      this.#sameTurn = false;
    });
  }

  #tell(pass: FirstPass): void {
    this.#noteTurn();
    this.passes.push(pass);
    this.onPass(pass);
  }

  /** Whatever calls that are in flight come to, nobody hears of it. */
  #cutOff(): void {
    for (const call of this.calls) call.ended ??= ++this.#order;
  }

  #call(handler: string, call: Call, life: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const made: MadeCall = {
        ...call,
        handler,
        at: this.time.now(),
        flowsRan: this.#flowsRun,
        begun: ++this.#order,
        ended: undefined,
        outcome: undefined,
        answer: (change) => {
          if (life !== this.#life || made.outcome) return;
          const outcome = { ...fine, ...change };
          resolve(outcome);
          if (made.ended !== undefined) return;
          made.ended = ++this.#order;
          made.outcome = outcome;
          this.onAnswer(made, outcome);
        },
      };
      this.calls.push(made);
      this.onCall(made);
      const outcome = (this.behaviours.get(handler) ?? (() => ({})))(made);
      if (outcome) setImmediate(() => made.answer(outcome));
    });
  }
}
