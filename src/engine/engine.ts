import { type AcceptResult, accept } from './delivery/accept.ts';
import { type BulkOptions, type BulkReplay, BulkReplays } from './delivery/bulk-replays.ts';
import { Delivery } from './delivery/delivery.ts';
import type { Emit, EmittedEvent } from './delivery/emissions.ts';
import type { FlowTrace } from './delivery/events-out.ts';
import { passFromJournal } from './delivery/execution-row.ts';
import { Operator } from './delivery/operator.ts';
import { Problem } from './delivery/problem.ts';
import { type CircuitChange, circuitView, type OnResumed, Publisher } from './delivery/publisher.ts';
import { type RegisteredHandler, Registry, snapshotOf } from './delivery/registry.ts';
import { type TakeResult, take } from './delivery/take.ts';
import { closedCircuit, turns } from './rules/circuit.ts';
import type { IdempotencyKey, NewEvent } from './store/journal.ts';
import { KeptOpen } from './store/kept-open.ts';
import type { ExecutionFilter, ExecutionLog } from './store/log.ts';
import type { Store, StoreLocation } from './store/store.ts';
import { CallsInFlight } from './targets/in-flight.ts';
import type { Target } from './targets/target.ts';
import type { Override } from './words/answers.ts';
import { Catalogue } from './words/catalogue.ts';
import { Conflict, messageOf, Unavailable } from './words/errors.ts';
import { type Envelope, parseEnvelope } from './words/event.ts';
import type { ExecutionRow } from './words/execution.ts';
import type { Handler, RefusedHandler } from './words/handler.ts';
import { Ids } from './words/ids.ts';
import type { RegistryConfig } from './words/registry-config.ts';
import { forwardOnly, type Time } from './words/time.ts';

export interface EngineOptions {
  readonly config: RegistryConfig;
  /** Where the registry keeps what it has. */
  readonly location: StoreLocation;
  /** Opening waits for it: a predecessor that still holds the store. */
  readonly after?: Promise<void>;
  readonly time: Time;
  readonly makeTarget: (handler: Handler) => Target;
  /** Accepted and untaken events at most; beyond it the intake answers 503. */
  readonly backlogLimit: number;
  /** From 0 to 1, for jitter; default Math.random. */
  readonly random?: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
}

/** How an event node sends an event on; `message` is the one it was made of, if memory still holds it. */
export type EmitTo = (event: EmittedEvent & { readonly id: string }) => void;

export type EngineState = 'starting' | 'ready' | 'stopped' | 'error' | 'closed';

/**
 * The engine of one registry: accepts events, has them emitted and taken, and runs their chains. It belongs to the
 * process and outlives the nodes, which attach themselves to it at each deploy (rule 10).
 */
export class Engine {
  readonly id: string;
  readonly location: StoreLocation;
  readonly #options: EngineOptions;
  readonly #time: Time;
  readonly #emitters = new Map<string, Emit>();
  readonly #publisher: Publisher;
  /** Resolves when flows have started for the first time. */
  readonly #firstFlows = Promise.withResolvers<void>();
  #config: RegistryConfig;
  #catalogue: Catalogue;
  #handlers: readonly (Handler | RefusedHandler)[] = [];
  #eventNodes: readonly string[] = [];
  #flowsRun = false;
  #state: EngineState = 'starting';
  /** Of its opening: what was moved aside. */
  #notice: string | null = null;
  readonly #problem = new Problem();
  #logged = '';
  readonly #core: KeptOpen<Delivery>;
  #open: Delivery | undefined;
  readonly #calls = new CallsInFlight();
  #bulkReplays: BulkReplays | undefined;

  constructor(options: EngineOptions) {
    this.id = options.config.id;
    this.location = options.location;
    this.#options = options;
    this.#time = forwardOnly(options.time);
    this.#publisher = new Publisher(this.id, (error) => this.#stumbled(error));
    this.#config = options.config;
    this.#catalogue = new Catalogue(options.config.eventTypes);
    this.#core = new KeptOpen({
      time: this.#time,
      what: options.location.name,
      open: () => this.#openCore(),
      onRefused: (error) => this.#refused(error),
    });
  }

  get state(): EngineState {
    if (this.#state === 'ready' && !this.#flowsRun) return 'stopped';
    return this.#state;
  }

  /** What is wrong and what to do; null when nothing is. */
  get problem(): string | null {
    return this.#problem.text;
  }

  /** Tells what is wrong, now and whenever that changes. @returns what ends it */
  observeProblem(observer: (problem: string | null) => void): () => void {
    return this.#problem.observe(observer);
  }

  get config(): RegistryConfig {
    return this.#config;
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** A new configuration is in force at once; events that are taken keep the order they have. */
  configure(config: RegistryConfig): void {
    this.#config = config;
    this.#catalogue = new Catalogue(config.eventTypes);
  }

  /**
   * Accepts events, all or none, and has them emitted through `node`.
   * @param message kept for the emission of a single event
   * @param hops calls of handlers, each for the event before, that have led to these
   * @throws Unavailable, Conflict (the key was used for something else), TooLarge
   */
  async accept(
    envelopes: readonly Envelope[],
    node: string,
    key?: IdempotencyKey,
    message?: unknown,
    hops = 0,
  ): Promise<AcceptResult> {
    const delivery = await this.#core.get();
    const events = envelopes.map((envelope) => ({ ...this.#newEvent(envelope, node), hops }));
    const { backlogLimit } = this.#options;
    return accept(delivery, events, { emits: this.#emitters.has(node), key, message, backlogLimit });
  }

  /**
   * Takes the event that `eventId` names, or the envelope as a new event when it names none of this registry.
   * An accepted event is taken whatever the disk says, as soon as it lets it.
   * @param hops of a new event, as in `accept`
   * @throws TooLarge when too many messages are held, Unavailable; both only for a new event, and nothing was kept
   */
  async take(envelope: Envelope, executor: string | null, eventId?: string, hops = 0): Promise<TakeResult> {
    const delivery = await this.#core.get();
    // Until the first set of handlers is in force, every event would be unhandled.
    await this.#firstFlows.promise;
    const event = { ...this.#newEvent(envelope, null), hops };
    return take(delivery, this.#publisher, { registry: this.id, event, executor, eventId });
  }

  /** Fires an event straight at its chain, past the canvas. @returns its id */
  async fire(envelope: Envelope): Promise<string> {
    const taken = await this.take(envelope, null);
    if (taken.outcome !== 'taken') throw new Conflict('the event was taken already');
    return taken.eventId;
  }

  /** Lets an event node send what it has accepted. @returns what detaches it */
  attachEmitter(node: string, emit: EmitTo): () => void {
    const attached: Emit = (event) => emit({ ...event, id: this.#idOf(event.seq) });
    this.#emitters.set(node, attached);
    this.#open?.emissions.look();
    return () => {
      if (this.#emitters.get(node) === attached) this.#emitters.delete(node);
    };
  }

  /** The way through the flow of an event that is out there, to be told of each step of it. */
  traceOf(eventId: string): FlowTrace | undefined {
    const seq = this.#open?.ids.eventSeq(eventId);
    return seq === undefined ? undefined : this.#open?.emissions.traceOf(seq);
  }

  /** An envelope of this type to try things with: the catalogue's sample, as of now. @throws InvalidInput */
  sampleOf(eventType: string): Envelope {
    const sample = this.#catalogue.find(eventType)?.sample;
    const event = {
      object_id: 1,
      ...sample?.event,
      events_id: eventType,
      dt: new Date(this.#time.now()).toISOString().replace('Z', '+00:00'),
    };
    return parseEnvelope({ event, data: sample?.data ?? {} });
  }

  /** `onResumed` is told of chains that go on after a restart. @returns what detaches it */
  attachExecutor(node: string, onResumed: OnResumed): () => void {
    const detach = this.#publisher.attachExecutor(node, onResumed);
    this.#claimable();
    return () => {
      detach();
      this.#claimable();
    };
  }

  /** The handlers in force, archived ones too, in chain order. @throws Unavailable while the journal can't be opened */
  async handlers(): Promise<readonly RegisteredHandler[]> {
    const { registry } = await this.#core.get();
    return registry.list();
  }

  /** An operator's switch (rule 9), in force at once. @throws NotFound, or Conflict for an archived handler */
  async switchHandler(
    id: string,
    status: Override['status'],
    by: string | null,
    reason: string | null,
  ): Promise<void> {
    await (await this.operator()).switch(id, status, by, reason);
  }

  /** A handler's circuit as it stands (rule 8). */
  circuitOf(handler: string): Omit<CircuitChange, 'handler'> {
    return circuitView(this.#open?.circuits.of(handler) ?? closedCircuit);
  }

  /** What happened, for people, once the journal is open. @throws Unavailable */
  async log(): Promise<ExecutionLog> {
    const { store } = await this.#core.get();
    if (this.#state === 'closed') throw new Unavailable('the registry has been removed');
    return store.log;
  }

  /** Tells of each execution that began, parked or was settled. @returns what ends it */
  observe(observer: (row: ExecutionRow) => void): () => void {
    return this.#publisher.observe(observer);
  }

  /** Tells of each circuit that opens, closes or is gone. @returns what ends it */
  observeCircuits(observer: (change: CircuitChange) => void): () => void {
    return this.#publisher.observeCircuits(observer);
  }

  /** Flows stop: nothing is emitted and nobody is called anew; intake goes on. */
  pause(): void {
    this.#flowsRun = false;
    this.#publisher.pause();
    this.#open?.pause();
  }

  /**
   * Flows have started: the set of handlers is swapped as a whole, and what waited goes on.
   * @param handlers also those that are refused: they belong to chains, and wait there
   * @param eventNodes all that the flows hold, also those that are switched off: events of others are nobody's
   */
  async resume(
    handlers: readonly (Handler | RefusedHandler)[],
    eventNodes: readonly string[] = [],
  ): Promise<void> {
    this.#handlers = handlers;
    this.#eventNodes = eventNodes;
    this.#flowsRun = true;
    if (this.#open) await this.#resume(this.#open);
  }

  /** What operators may do, once the journal is open. @throws Unavailable */
  async operator(): Promise<Operator> {
    return new Operator(await this.#core.get());
  }

  /** Replays what matches a filter, in the original order. @throws Unavailable */
  async replayAll(filter: ExecutionFilter, options: BulkOptions): Promise<BulkReplay> {
    return (await this.#replays()).start(filter, options);
  }

  /** Stops a replay of what matched a filter. @throws Unavailable, NotFound, or Conflict when it is over */
  async cancelReplay(id: number): Promise<void> {
    await (await this.#replays()).cancel(id);
  }

  /** Copies all that it keeps to a new folder while everything goes on. @throws Unavailable, Conflict */
  async backUp(to: string): Promise<void> {
    await (await this.#core.get()).store.backUp(to);
  }

  /** Hands back to the journal: attempts in flight have 10 s to end. */
  async close(): Promise<void> {
    this.pause();
    this.#state = 'closed';
    this.#core.close();
    const delivery = this.#open;
    this.#open = undefined;
    await delivery?.close();
  }

  async #openCore(): Promise<Delivery> {
    await this.#options.after;
    let opened: Delivery | undefined;
    const store = await this.location.open({
      now: this.#time.now(),
      parkedFor: (handler, blocked) =>
        opened?.gate.parkedFor(handler, blocked) ?? (blocked ? 'order' : 'retry'),
      onTrouble: (trouble) => this.#problem.become(trouble ?? this.#notice),
    });
    const { log, notice } = store;
    const delivery = this.#deliver(store);
    opened = delivery;
    try {
      // What is parked waits for what its handler is: they are known from before when the store was lost.
      if (this.#handlers.length > 0) await this.#replaceHandlers(delivery);
      await this.#publisher.tellHeld(async (event) =>
        passFromJournal(this.id, await log.event(delivery.ids.event(event))),
      );
      if (this.#state === 'closed') throw new Unavailable('the registry has been removed');
    } catch (error) {
      await delivery.close();
      throw error;
    }
    this.#notice = notice;
    this.#problem.become(notice);
    if (notice) this.#options.log('error', notice);
    this.#bulkReplays = new BulkReplays(delivery, log, this.#firstFlows.promise, (error) =>
      this.#stumbled(error),
    );
    this.#open = delivery;
    void store.lost.then((error) => this.#lost(delivery, error));
    if (this.#flowsRun) await this.#resume(delivery);
    // It may have been lost or closed again meanwhile.
    if (this.#open === delivery) this.#state = 'ready';
    return delivery;
  }

  /** The store is gone under its delivery: it is opened anew, and everything goes on from there as after a restart. */
  #lost(delivery: Delivery, error: Error): void {
    if (this.#open !== delivery) return;
    this.#open = undefined;
    this.#core.reopen(error, delivery.abandon(this.#calls.over()));
  }

  async #replays(): Promise<BulkReplays> {
    await this.#core.get();
    if (!this.#bulkReplays) throw new Unavailable('the registry has been removed');
    return this.#bulkReplays;
  }

  #deliver(store: Store): Delivery {
    const makeTarget = (handler: Handler) => this.#calls.counted(this.#options.makeTarget(handler));
    const registry = new Registry(store.handlers, makeTarget);
    const ids = new Ids(store.journal.tag);
    return new Delivery({
      store,
      registry,
      ids,
      time: this.#time,
      random: this.#options.random ?? Math.random,
      emitters: this.#emitters,
      config: () => this.#config,
      onExecution: (chain, execution) => this.#publisher.tellExecution(ids, chain, execution),
      onFirstPass: (chain) => {
        if (!chain.passed) this.#publisher.tellFirstPass(ids, chain);
      },
      onCircuit: (id, circuit, before) => {
        const handler = registry.find(id);
        if (handler && turns(before, circuit)) this.#publisher.tellCircuit(snapshotOf(handler), circuit);
      },
      onError: (error) => this.#stumbled(error),
    });
  }

  /** Events are refused until the store is open. */
  #refused(error: Error): void {
    this.#state = 'error';
    this.#problem.become(error.message);
    this.#stumbled(error);
  }

  async #resume(delivery: Delivery): Promise<void> {
    await this.#replaceHandlers(delivery);
    if (!this.#flowsRun) return;
    this.#firstFlows.resolve();
    this.#publisher.open();
    const off = this.#eventNodes.filter((node) => !this.#emitters.has(node));
    await delivery.open(this.#publisher.hasExecutors, off).catch((error) => this.#stumbled(error));
  }

  async #replaceHandlers({ registry }: Delivery): Promise<void> {
    await registry.replace(this.#handlers).catch((error) => this.#stumbled(error));
  }

  #idOf(seq: number): string {
    return this.#open?.ids.event(seq) ?? '';
  }

  #newEvent(envelope: Envelope, node: string | null): NewEvent {
    return {
      eventType: envelope.event.events_id,
      objectId: String(envelope.event.object_id),
      objectKey: this.#catalogue.objectKeyOf(envelope),
      ordered: this.#config.ordering === 'object',
      payload: JSON.stringify(envelope),
      node,
      acceptedAt: this.#time.now(),
    };
  }

  #claimable(): void {
    this.#open?.emissions.claimable(this.#publisher.hasExecutors);
  }

  #stumbled(error: unknown): void {
    const message = messageOf(error);
    // The same trouble is met again each second while it lasts: it is said once.
    if (message !== this.#logged) this.#options.log('error', message);
    this.#logged = message;
  }
}
