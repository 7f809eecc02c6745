import type { NodeAPI } from 'node-red';
import type { AcceptResult } from '../engine/delivery/accept.ts';
import { Engine } from '../engine/engine.ts';
import { postgresStores } from '../engine/store/postgres/postgres-stores.ts';
import { sqliteStores } from '../engine/store/sqlite/sqlite-store.ts';
import type { StoreLocation } from '../engine/store/store.ts';
import type { Stores } from '../engine/store/stores.ts';
import { createTarget } from '../engine/targets/create-target.ts';
import { Flows } from '../engine/targets/flow/flow.ts';
import { type InvalidInput, NotFound } from '../engine/words/errors.ts';
import type { Expressions } from '../engine/words/expression.ts';
import { nodeIdSchema } from '../engine/words/handler.ts';
import { hold } from '../engine/words/hold.ts';
import type { RegistryConfig } from '../engine/words/registry-config.ts';
import { systemTime } from '../engine/words/time.ts';
import { CommsFeed } from './comms-feed.ts';
import { DeployedHandlers } from './deployed-handlers.ts';
import { expressionsOf } from './expressions.ts';
import { followSteps } from './flow-steps.ts';
import { IntakePaths } from './intake/intake-paths.ts';
import { readManifest } from './manifest.ts';
import { Metrics } from './metrics.ts';
import { MissingHandlers } from './missing-handlers.ts';
import { watchProcessEnd } from './process-end.ts';
import { dirOf, type Settings, schemaPrefixOf, settingsOf } from './settings.ts';

/** What is wrong with a node whose registry is not deployed. */
export const noRegistry = 'no registry: choose one in the node’s dialog and deploy';

export interface RefusedRegistry {
  readonly id: string;
  readonly name: string;
  readonly problem: string;
}

/** What an event node's button does. @param hops as in `Engine.accept` */
type Button = (hops: number) => Promise<AcceptResult>;

/**
 * What this package is to one Node-RED runtime: the engines, which belong to the process, and the registries and
 * handlers that are deployed now. Deploys are followed here (rule 10).
 */
export class Provisioning {
  readonly settings: Settings;
  /** What is wrong in settings.js; it has been logged, and no registry is in force while it is there. */
  readonly settingsError: InvalidInput | null;
  readonly flows = new Flows();
  readonly metrics = new Metrics();
  readonly handlers = new DeployedHandlers();
  readonly missing: MissingHandlers;
  /** Which event nodes receive where. */
  readonly intakes = new IntakePaths();
  /** JSONata, for whatever of a flow's configuration is an expression. */
  readonly expressions: Expressions;
  readonly feed: CommsFeed;
  readonly #red: NodeAPI;
  readonly #stores: Stores;
  readonly #engines = new Map<string, Engine>();
  /** Engines that drain, by the name of their store: one that comes back waits for its predecessor. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #registries = new Map<string, RegistryConfig>();
  readonly #refused = new Map<string, RefusedRegistry>();
  readonly #buttons = new Map<string, Button>();
  readonly #started = new Set<() => void>();

  constructor(red: NodeAPI) {
    this.#red = red;
    this.missing = new MissingHandlers(red, this.handlers);
    this.expressions = expressionsOf(red.util);
    const { settings, error } = settingsOf(red);
    this.settings = settings;
    this.settingsError = error;
    if (error) red.log.error(`provisioning: ${error.message}`);
    this.#stores = settings.postgres
      ? this.#postgresStores(settings.postgres)
      : sqliteStores(() => this.dir());
    this.feed = new CommsFeed(red.comms.publish);
    followSteps(red, (registry, eventId) => this.#engines.get(registry)?.traceOf(eventId));
    red.events.on('flows:stopping', () => this.#pause());
    red.events.on('flows:started', () => this.#resume());
    red.events.once('flows:started', watchProcessEnd);
  }

  #postgresStores({
    schema,
    poolSize,
    leaseSeconds = 10,
    ...server
  }: NonNullable<Settings['postgres']>): Stores {
    const prefix = () => schemaPrefixOf(this.#red, schema);
    return postgresStores({
      server,
      prefix,
      poolSize,
      lease: leaseSeconds * 1000,
      version: readManifest().version,
    });
  }

  /** Where the registries' folders are; with Projects, the active project's own. */
  dir(): string {
    return dirOf(this.#red, this.settings);
  }

  /** All that have not begun to end. */
  engines(): readonly Engine[] {
    return [...this.#engines.values()];
  }

  engine(registry: string): Engine | undefined {
    return this.#engines.get(registry);
  }

  /**
   * A registry is deployed; its engine is made, or given the new configuration.
   * @throws InvalidInput, the `settingsError` where there is one
   */
  addRegistry(config: RegistryConfig): { readonly engine: Engine; readonly end: () => void } {
    if (this.settingsError) throw this.settingsError;
    const end = hold(this.#registries, config.id, config);
    const location = this.#stores.of(config.id);
    const running = this.#engines.get(config.id);
    const same = running?.location.name === location.name ? running : undefined;
    // Another project may have a registry of the same id: its store is another one.
    if (running && !same) this.#closeEngine(running);
    const engine = same ?? this.#makeEngine(config, location);
    engine.configure(config);
    return { engine, end };
  }

  /** A registry whose configuration is wrong: the admin API tells why. @returns what takes it away */
  refuseRegistry({ id, name = '' }: { readonly id: string; readonly name?: string }, problem: string) {
    return hold(this.#refused, id, { id, name, problem });
  }

  /** Registries that are deployed, but not in force, and why. */
  refusedRegistries(): readonly RefusedRegistry[] {
    return [...this.#refused.values()];
  }

  /** Ids of the registries that have a store, whether they are deployed or not. */
  async storedRegistries(): Promise<string[]> {
    const names = await this.#stores.stored();
    return names.filter((name) => nodeIdSchema.safeParse(name).success);
  }

  /** Where a registry keeps what it has, for people. */
  placeOf(registry: string): string {
    return this.#stores.of(registry).name;
  }

  /** The paths of a registry's files that were found damaged and have been moved aside. */
  damagedFiles(registry: string): Promise<readonly string[]> {
    return this.#stores.damaged(registry);
  }

  /** Why a registry is not in force; undefined when it is, or is not deployed. */
  problemOf(registry: string): string | undefined {
    return this.#refused.get(registry)?.problem;
  }

  /** A node is told what is wrong with its registry, now and whenever that changes. @returns what ends it */
  observeProblem(registry: string, observer: (problem: string | null) => void): (() => void) | undefined {
    const refusal = this.problemOf(registry);
    const engine = this.#engines.get(registry);
    if (refusal === undefined && engine) return engine.problem.observe(observer);
    observer(refusal ?? noRegistry);
    return undefined;
  }

  /** What an event node's button does. @returns what takes it away */
  onFire(node: string, fire: Button): () => void {
    return hold(this.#buttons, node, fire);
  }

  /** Presses an event node's button. @throws NotFound when there is no such event node */
  async fire(node: string, hops: number): Promise<AcceptResult> {
    const press = this.#buttons.get(node);
    if (!press) throw new NotFound(`there is no deployed event node ${node}`);
    return press(hops);
  }

  /** Calls back each time that flows have started and the handlers are in force. @returns what ends it */
  onStarted(callback: () => void): () => void {
    this.#started.add(callback);
    return () => this.#started.delete(callback);
  }

  #makeEngine(config: RegistryConfig, location: StoreLocation): Engine {
    const engine = new Engine({
      config,
      location,
      time: systemTime,
      after: this.#closing.get(location.name) ?? Promise.resolve(),
      backlogLimit: this.settings.backlog,
      expressions: this.expressions,
      makeTarget: (handler) =>
        createTarget(handler, {
          folders: this.settings.scriptFolders,
          enabled: this.settings.scripts,
          ...this.settings.http,
          flows: this.flows,
          expressions: this.expressions,
        }),
      log: (level, message) =>
        this.#red.log[level](`provisioning registry ${config.name || config.id}: ${message}`),
    });
    this.#engines.set(config.id, engine);
    this.feed.follow(engine);
    engine.news.observeSwitches(() => this.feed.noteSwitch());
    this.metrics.follow(engine);
    return engine;
  }

  #pause(): void {
    for (const engine of this.#engines.values()) engine.pause();
  }

  #resume(): void {
    for (const engine of this.#engines.values()) {
      if (this.#registries.has(engine.id)) {
        void engine.resume(this.handlers.of(engine.id), this.#eventNodes(engine.id));
      } else {
        this.#closeEngine(engine);
      }
    }
    for (const callback of this.#started) callback();
  }

  /** Ids of the event nodes that the flows hold, also of those that are switched off. */
  #eventNodes(registry: string): string[] {
    const ids: string[] = [];
    this.#red.nodes.eachNode((node) => {
      const { type, registry: of } = node as { type: string; registry?: unknown };
      if (type === 'provisioning-event' && of === registry) ids.push(node.id);
    });
    return ids;
  }

  #closeEngine(engine: Engine): void {
    this.#engines.delete(engine.id);
    const closed = engine
      .close()
      .catch((error) => this.#red.log.error(`provisioning registry ${engine.id}: ${error}`));
    void closed.then(hold(this.#closing, engine.location.name, closed));
  }
}

/**
 * What each Node-RED runtime has one of, made when it is asked for first: every node set gets a `RED` of its own, but
 * they share the events.
 */
export function onePerRuntime<T>(make: (red: NodeAPI) => T): (red: NodeAPI) => T {
  const made = new WeakMap<object, T>();
  return (red) => {
    if (!made.has(red.events)) made.set(red.events, make(red));
    return made.get(red.events) as T;
  };
}

export const provisioningOf = onePerRuntime((red) => new Provisioning(red));
