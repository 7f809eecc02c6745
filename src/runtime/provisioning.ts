import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { Accepted } from '../engine/delivery/accept.ts';
import type { CircuitChange, OnResumed } from '../engine/delivery/outlet.ts';
import { type EmitTo, Engine } from '../engine/engine.ts';
import { sqliteStore } from '../engine/store/sqlite/sqlite-store.ts';
import type { StoreLocation } from '../engine/store/store.ts';
import { createTarget } from '../engine/targets/create-target.ts';
import { Flows } from '../engine/targets/flow/flow.ts';
import { type InvalidInput, NotFound } from '../engine/words/errors.ts';
import type { ExecutionRow } from '../engine/words/execution.ts';
import { type Handler, type RefusedHandler, refusedHandler } from '../engine/words/handler.ts';
import type { RegistryConfig } from '../engine/words/registry-config.ts';
import { systemTime } from '../engine/words/time.ts';
import { CommsFeed } from './comms-feed.ts';
import { followSteps } from './flow-steps.ts';
import { Metrics } from './metrics.ts';
import { watchProcessEnd } from './process-end.ts';
import { type Settings, settingsOrError } from './settings.ts';

/** Something that is in force while its node lives. */
export interface Registration {
  /** The node is gone, or about to be made anew. */
  end(): void;
}

export interface RefusedRegistry {
  readonly id: string;
  readonly name: string;
  readonly problem: string;
}

interface DeployedHandler {
  readonly registry: string;
  readonly handler: Handler | RefusedHandler;
}

const nothing = (): void => undefined;

/**
 * What this package is to one Node-RED runtime: the engines, which belong to the process, and the registries and
 * handlers that are deployed now. Deploys are followed here (design.md §6, rule 10).
 */
export class Provisioning {
  readonly settings: Settings;
  /** What is wrong in settings.js; it has been logged, and no registry is in force while it is there. */
  readonly settingsError: InvalidInput | null;
  readonly flows = new Flows();
  readonly metrics = new Metrics();
  readonly feed: CommsFeed;
  readonly #red: NodeAPI;
  readonly #engines = new Map<string, Engine>();
  /** Engines that drain, by the name of their store: one that comes back waits for its predecessor. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #registries = new Map<string, RegistryConfig>();
  readonly #handlers = new Map<string, DeployedHandler>();
  readonly #refusedNodes = new Set<{ readonly registry: string; readonly problem: string }>();
  readonly #refused = new Map<string, RefusedRegistry>();
  readonly #buttons = new Map<string, () => Promise<Accepted>>();
  readonly #started = new Set<() => void>();

  constructor(red: NodeAPI) {
    this.#red = red;
    const { settings, error } = settingsOrError(
      settingOf(red, 'provisioning'),
      String(settingOf(red, 'userDir')),
    );
    this.settings = settings;
    this.settingsError = error;
    if (error) red.log.error(`provisioning: ${error.message}`);
    this.feed = new CommsFeed(red.comms.publish);
    followSteps(red, (registry, eventId) => this.#engines.get(registry)?.journeyOf(eventId));
    red.events.on('flows:stopping', () => this.#pause());
    red.events.on('flows:started', () => this.#resume());
    red.events.once('flows:started', watchProcessEnd);
  }

  /** Where the registries' folders are; with Projects, the active project's own. */
  dir(): string {
    const project = activeProject(this.#red);
    return project === undefined ? this.settings.dir : join(this.settings.dir, 'projects', project);
  }

  /** All engines, also those whose registry is gone and that still drain. */
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
  addRegistry(config: RegistryConfig): Registration & { readonly engine: Engine } {
    if (this.settingsError) throw this.settingsError;
    this.#registries.set(config.id, config);
    const location = sqliteStore(join(this.dir(), config.id));
    const running = this.#engines.get(config.id);
    const same = running?.location.name === location.name ? running : undefined;
    // Another project may have a registry of the same id: its store is another one.
    if (running && !same) this.#closeEngine(running);
    const engine = same ?? this.#makeEngine(config, location);
    engine.configure(config);
    return { engine, end: () => endOf(this.#registries, config.id, config) };
  }

  /** A handler is deployed; it is in force when flows have started, together with all others. */
  addHandler(registry: string, handler: Handler | RefusedHandler): Registration {
    const entry = { registry, handler };
    this.#handlers.set(handler.id, entry);
    return { end: () => endOf(this.#handlers, handler.id, entry) };
  }

  /** A registry whose configuration is wrong: the admin API tells why. */
  refuseRegistry(
    { id, name }: { readonly id: string; readonly name?: string },
    problem: string,
  ): Registration {
    const refusal = { id, name: name ?? '', problem };
    this.#refused.set(id, refusal);
    return { end: () => endOf(this.#refused, id, refusal) };
  }

  /** A handler whose configuration is wrong: its events wait for it, and the admin API tells why. */
  refuseHandler(registry: string, saved: object, problem: string): Registration {
    const refused = refusedHandler(saved, problem);
    return refused ? this.addHandler(registry, refused) : this.refuseNode(registry, problem);
  }

  /** A node that can be no handler where it stands, or by its id: the admin API tells why. */
  refuseNode(registry: string, problem: string): Registration {
    const refusal = { registry, problem };
    this.#refusedNodes.add(refusal);
    return { end: () => this.#refusedNodes.delete(refusal) };
  }

  /** What is wrong with handlers of a registry that are deployed, but can not be called. */
  handlerProblems(registry: string): readonly string[] {
    const refused = this.#handlersOf(registry).filter((handler) => 'problem' in handler);
    const others = [...this.#refusedNodes].filter((node) => node.registry === registry);
    return [...refused, ...others].map(({ problem }) => problem);
  }

  /** Registries that are deployed, but not in force, and why. */
  refusedRegistries(): readonly RefusedRegistry[] {
    return [...this.#refused.values()];
  }

  /** Why a registry is not in force; undefined when it is, or is not deployed. */
  problemOf(registry: string): string | undefined {
    return this.#refused.get(registry)?.problem;
  }

  /** A node is told what is wrong with its registry, now and whenever that changes. @returns what ends it */
  observeProblem(registry: string, observer: (problem: string | null) => void): () => void {
    const refusal = this.problemOf(registry);
    const engine = this.#engines.get(registry);
    if (refusal === undefined && engine) return engine.observeProblem(observer);
    observer(refusal ?? null);
    return nothing;
  }

  /** An event node sends what it has accepted. @returns what detaches it */
  attachEmitter(registry: string, node: string, emit: EmitTo): () => void {
    return this.#engines.get(registry)?.attachEmitter(node, emit) ?? nothing;
  }

  /** An executor is told of chains that go on after a restart. @returns what detaches it */
  attachExecutor(registry: string, node: string, onResumed: OnResumed): () => void {
    return this.#engines.get(registry)?.attachExecutor(node, onResumed) ?? nothing;
  }

  /** A log node is told of executions. @returns what ends it */
  observe(registry: string, observer: (row: ExecutionRow) => void): () => void {
    return this.#engines.get(registry)?.observe(observer) ?? nothing;
  }

  /** A log node is told of circuits. @returns what ends it */
  observeCircuits(registry: string, observer: (change: CircuitChange) => void): () => void {
    return this.#engines.get(registry)?.observeCircuits(observer) ?? nothing;
  }

  /** What an event node's button does. @returns what takes it away */
  onFire(node: string, fire: () => Promise<Accepted>): () => void {
    this.#buttons.set(node, fire);
    return () => endOf(this.#buttons, node, fire);
  }

  /** Presses an event node's button. @throws NotFound when there is no such event node */
  async fire(node: string): Promise<Accepted> {
    const press = this.#buttons.get(node);
    if (!press) throw new NotFound(`there is no deployed event node ${node}`);
    return press();
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
      makeTarget: (handler) =>
        createTarget(handler, {
          folders: this.settings.scriptFolders,
          enabled: this.settings.scripts,
          ...this.settings.http,
          flows: this.flows,
        }),
      log: (level, message) =>
        this.#red.log[level](`provisioning registry ${config.name || config.id}: ${message}`),
    });
    this.#engines.set(config.id, engine);
    this.feed.follow(engine);
    this.metrics.follow(engine);
    return engine;
  }

  #pause(): void {
    for (const engine of this.#engines.values()) engine.pause();
  }

  #resume(): void {
    for (const engine of this.#engines.values()) {
      if (this.#registries.has(engine.id)) {
        void engine.resume(this.#handlersOf(engine.id), this.#eventNodes(engine.id));
      } else {
        this.#closeEngine(engine);
      }
    }
    for (const callback of this.#started) callback();
  }

  #handlersOf(registry: string): (Handler | RefusedHandler)[] {
    const deployed = [...this.#handlers.values()].filter((one) => one.registry === registry);
    return deployed.map(({ handler }) => handler);
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
    this.#closing.set(engine.location.name, closed);
    void closed.then(() => endOf(this.#closing, engine.location.name, closed));
  }
}

const byRuntime = new WeakMap<object, Provisioning>();

/** The one of this runtime: every node set gets a `RED` of its own, but they share the events. */
export function provisioningOf(red: NodeAPI): Provisioning {
  const known = byRuntime.get(red.events);
  if (known) return known;
  const made = new Provisioning(red);
  byRuntime.set(red.events, made);
  return made;
}

function endOf<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (map.get(key) === value) map.delete(key);
}

function settingOf(red: NodeAPI, name: string): unknown {
  return (red.settings as unknown as Record<string, unknown>)[name];
}

interface ProjectSettings {
  readonly editorTheme?: { readonly projects?: { readonly enabled?: boolean } };
  get(name: 'projects'): { readonly activeProject?: string } | undefined;
}

/** With Node-RED's Projects, each has its own journals. */
function activeProject(red: NodeAPI): string | undefined {
  const settings = red.settings as unknown as ProjectSettings;
  return settings.editorTheme?.projects?.enabled ? settings.get('projects')?.activeProject : undefined;
}
