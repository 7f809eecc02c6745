import { type AcceptResult, accept } from './delivery/accept.ts';
import { type Delivery, deliveryOf } from './delivery/delivery.ts';
import type { Emit } from './delivery/emissions.ts';
import type { FlowTrace } from './delivery/events-out.ts';
import { isoOf } from './delivery/execution-row.ts';
import { type Operator, operatorOn } from './delivery/operator.ts';
import { Problem } from './delivery/problem.ts';
import { type CircuitChange, circuitView, type OnResumed, Publisher } from './delivery/publisher.ts';
import type { RegisteredHandler } from './delivery/registry.ts';
import { type TakeResult, take } from './delivery/take.ts';
import type { EngineOptions } from './engine-options.ts';
import { closedCircuit } from './rules/circuit.ts';
import type { Instances } from './store/instances.ts';
import type { IdempotencyKey, NewEvent } from './store/journal/accept.ts';
import { KeptOpen } from './store/kept-open.ts';
import type { ExecutionLog } from './store/log.ts';
import type { StoreLocation } from './store/store.ts';
import { Watches } from './watch/watches.ts';
import type { RegistryHold } from './words/admin-answers.ts';
import { Catalogue } from './words/catalogue.ts';
import { Conflict, messageOf, Unavailable } from './words/errors.ts';
import type { Envelope } from './words/event.ts';
import type { Handler, RefusedHandler } from './words/handler.ts';
import { hold } from './words/hold.ts';
import type { RegistryConfig } from './words/registry-config.ts';
import { forwardOnly, type Time } from './words/time.ts';

export type EngineState = KeptOpen<Delivery>['state'] | 'stopped';

/**
 * The engine of one registry: accepts events, has them emitted and taken, and runs their chains. It belongs to the
 * process and outlives the nodes, which attach themselves to it at each deploy (rule 10).
 */
export class Engine {
  readonly id: string;
  readonly location: StoreLocation;
  /** What is wrong and what to do. */
  readonly problem = new Problem();
  /** Tells of executions, circuits and switches. */
  readonly news: Pick<Publisher, 'observe' | 'observeElsewhere' | 'observeCircuits' | 'observeSwitches'>;
  readonly watches: Watches;
  readonly #options: EngineOptions;
  readonly #publisher: Publisher;
  /** This machine's. */
  readonly #clock: Time;
  /** Of all who share the store. */
  readonly #time: Time;
  #ahead: () => number = () => 0;
  readonly #emitters = new Map<string, Emit>();
  /** Resolves when flows have started for the first time; null from then on. */
  #firstFlows: PromiseWithResolvers<void> | null = Promise.withResolvers<void>();
  #config: RegistryConfig;
  #catalogue: Catalogue;
  #handlers: readonly (Handler | RefusedHandler)[] = [];
  #eventNodes: readonly string[] = [];
  #flowsRun = false;
  #logged = '';
  readonly #kept: KeptOpen<Delivery>;

  constructor(options: EngineOptions) {
    this.id = options.config.id;
    this.location = options.location;
    this.#options = options;
    this.#clock = forwardOnly(options.time);
    this.#time = { ...this.#clock, now: () => this.#clock.now() + this.#ahead() };
    this.#publisher = new Publisher(this.id, (error) => this.#stumbled(error));
    this.news = this.#publisher;
    this.watches = new Watches(this.#time, this.#publisher);
    this.#config = options.config;
    this.#catalogue = new Catalogue(options.config.eventTypes);
    this.#kept = new KeptOpen({
      time: this.#time,
      what: options.location.name,
      check: options.location.check,
      open: () => this.#open(),
      onOpened: async (delivery) => {
        if (this.#flowsRun) await this.#resume(delivery);
        else this.#publisher.tellSwitch();
      },
      onRefused: (error) => {
        this.problem.become(error.message);
        this.#stumbled(error);
      },
    });
  }

  get state(): EngineState {
    const { state } = this.#kept;
    return state === 'ready' && !this.#flowsRun ? 'stopped' : state;
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
    // At once: whoever has the envelope may change it afterwards.
    const events = envelopes.map((envelope) => this.#newEvent(envelope, node, hops));
    const delivery = await this.#kept.get();
    const { backlogLimit } = this.#options;
    return await accept(delivery, events, { emits: this.#emitters.has(node), key, message, backlogLimit });
  }

  /**
   * Takes the event that `eventId` names, or the envelope as a new event when it names none of this registry.
   * An accepted event is taken whatever the disk says, as soon as it lets it.
   * @param hops of a new event, as in `accept`
   * @throws TooLarge when too many messages are held, Unavailable; both only for a new event, and nothing was kept
   */
  async take(envelope: Envelope, executor: string | null, eventId?: string, hops = 0): Promise<TakeResult> {
    const event = this.#newEvent(envelope, null, hops);
    const delivery = await this.#inForce();
    return await take(delivery, { event, executor, eventId });
  }

  /** Fires an event straight at its chain, past the canvas; `hops` as in `accept`. @returns its id */
  async fire(envelope: Envelope, hops = 0): Promise<string> {
    const taken = await this.take(envelope, null, undefined, hops);
    if (taken.outcome !== 'taken') throw new Conflict('the event was taken already');
    return taken.eventId;
  }

  /** Lets an event node send what it has accepted. @returns what detaches it */
  attachEmitter(node: string, emit: Emit): () => void {
    const detach = hold(this.#emitters, node, emit);
    this.#kept.opened?.emissions.look();
    return detach;
  }

  /** The way through the flow of an event that is out there, to be told of each step of it. */
  traceOf(eventId: string): FlowTrace | undefined {
    const { ids, emissions } = this.#kept.opened ?? {};
    const seq = ids?.eventSeq(eventId);
    return seq === undefined ? undefined : emissions?.traceOf(seq);
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
    return (await this.#inForce()).registry.list();
  }

  /** Who holds the registry as a whole; null: nobody does, or it is not known yet. */
  get hold(): RegistryHold | null {
    return this.#kept.opened?.registry.hold ?? null;
  }

  /** Why a handler that is deployed can not be called; null: it can, or is not known here. */
  refusalOf(handler: string): string | null {
    return this.#kept.opened?.registry.find(handler)?.refused ?? null;
  }

  /** A handler's circuit as it stands (rule 8). */
  circuitOf(handler: string): Omit<CircuitChange, 'handler'> {
    return circuitView(this.#kept.opened?.circuits.shown(handler) ?? closedCircuit);
  }

  /** When its circuit is tried next, ISO 8601; null where it is closed, or nobody knows. */
  nextProbeOf(handler: string): string | null {
    return isoOf(this.#kept.opened?.parked.nextProbeAt(handler) ?? null);
  }

  /** The instances that share the registry; null: it is this process's alone, or its store is not open. */
  get instances(): Pick<Instances, 'own' | 'list' | 'inHand'> | null {
    return this.#kept.opened?.store.instances ?? null;
  }

  /** What happened, for people, once the journal is open. @throws Unavailable */
  async log(): Promise<ExecutionLog> {
    const { store } = await this.#kept.get();
    if (this.#kept.state === 'closed') throw new Unavailable('the registry has been removed');
    return store.log;
  }

  /** Flows stop: nothing is emitted and nobody is called anew; intake goes on. */
  pause(): void {
    this.#flowsRun = false;
    this.#publisher.pause();
    this.watches.stop();
    this.#kept.opened?.pause();
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
    const delivery = this.#kept.opened;
    if (delivery) await this.#resume(delivery);
  }

  /** What operators may do, once the handlers are in force. @throws Unavailable */
  async operator(): Promise<Operator> {
    return operatorOn(await this.#inForce(), this.#options.log);
  }

  /** Hands back to the journal: attempts in flight have 10 s to end. */
  async close(): Promise<void> {
    this.pause();
    this.#flowsStarted();
    await this.#kept.close();
  }

  /**
   * With the first set of handlers: before, every event would be unhandled, and every handler unknown.
   * @throws Unavailable while the journal can't be opened
   */
  async #inForce(): Promise<Delivery> {
    const delivery = await this.#kept.get();
    if (this.#firstFlows === null) return delivery;
    await this.#firstFlows.promise;
    return this.#kept.get();
  }

  #flowsStarted(): void {
    this.#firstFlows?.resolve();
    this.#firstFlows = null;
  }

  async #open(): Promise<Delivery> {
    const { after, makeTarget, expressions, random = Math.random, log } = this.#options;
    await after;
    let notice: string | null = null;
    let delivery: Delivery | undefined;
    const store = await this.location.open({
      now: () => this.#clock.now(),
      parkedFor: (handler, blocked) =>
        delivery?.gate.parkedFor(handler, blocked) ?? (blocked ? 'order' : 'retry'),
      onTrouble: (trouble) => this.problem.become(trouble ?? notice),
    });
    const { instances } = store;
    this.#ahead = () => instances?.ahead() ?? 0;
    delivery = deliveryOf({
      store,
      publisher: this.#publisher,
      time: this.#time,
      random,
      makeTarget,
      expressions,
      emitters: this.#emitters,
      config: () => this.#config,
      onError: (error) => this.#stumbled(error),
    });
    try {
      // What is parked waits for what its handler is: they are known from before when the store was lost.
      if (this.#handlers.length > 0) await this.#replaceHandlers(delivery);
      // Where others may have gone on, that is looked at each time that they are.
      if (!store.instances) await this.#publisher.tellHeld(delivery.ids, store.log);
    } catch (error) {
      await delivery.close();
      throw error;
    }
    // What was moved aside.
    notice = store.notice;
    this.problem.become(notice);
    if (notice) log('error', notice);
    return delivery;
  }

  async #resume(delivery: Delivery): Promise<void> {
    await this.#replaceHandlers(delivery);
    if (!this.#flowsRun) return;
    this.#flowsStarted();
    this.#publisher.open();
    this.watches.start(delivery);
    const off = this.#eventNodes.filter((node) => !this.#emitters.has(node));
    await delivery.open(this.#publisher.hasExecutors, off).catch((error) => this.#stumbled(error));
  }

  async #replaceHandlers({ registry, store }: Delivery): Promise<void> {
    const known = this.#handlers.filter(({ handlerStatus }) => handlerStatus !== 'archived');
    store.instances?.equip(new Map(known.map(({ id, concurrency }) => [id, concurrency])), this.#eventNodes);
    await registry.replace(this.#handlers).catch((error) => this.#stumbled(error));
    // A deploy may have ended a switch, or it may have been over when Node-RED started.
    this.#publisher.tellSwitch();
  }

  #newEvent(envelope: Envelope, node: string | null, hops: number): NewEvent {
    return {
      eventType: envelope.event.events_id,
      objectId: String(envelope.event.object_id),
      objectKey: this.#catalogue.objectKeyOf(envelope),
      ordered: this.#config.ordering === 'object',
      payload: JSON.stringify(envelope),
      node,
      acceptedAt: this.#time.now(),
      hops,
    };
  }

  #claimable(): void {
    this.#kept.opened?.emissions.claimable(this.#publisher.hasExecutors);
  }

  #stumbled(error: unknown): void {
    const message = messageOf(error);
    // The same trouble is met again each second while it lasts: it is said once.
    if (message !== this.#logged) this.#options.log('error', message);
    this.#logged = message;
  }
}
