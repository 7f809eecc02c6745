import { networkInterfaces } from 'node:os';
import type { NodeAPI } from 'node-red';
import type { Engine } from '../../engine/engine.ts';
import type { Sign } from '../../engine/words/diagnosis.ts';
import { hasNodeAuth } from '../intake/node-auth.ts';
import type { Provisioning } from '../provisioning.ts';
import type { HandlerFacts } from './handler-facts.ts';
import type { Listening } from './intakes.ts';
import type { RegistryFacts } from './registries.ts';
import type { ReferenceFacts } from './secrets.ts';

type Named = NonNullable<Sign['registry']>;

interface LiveNode extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly type: string;
}

/** Kinds of nodes that belong to a registry. */
const kinds = ['event', 'executor', 'log', 'watch', 'query', 'handler'].map((kind) => `provisioning-${kind}`);

/** What is deployed now, as the checks want to know it. Asks no disk but for names of files. */
export class Deployment {
  readonly #red: NodeAPI;
  readonly #provisioning: Provisioning;
  /** The nodes of this package that run: not those that are switched off, or that stand in a subflow's template. */
  readonly #nodes: readonly LiveNode[];

  constructor(red: NodeAPI, provisioning: Provisioning) {
    this.#red = red;
    this.#provisioning = provisioning;
    const nodes: LiveNode[] = [];
    red.nodes.eachNode((node) => {
      const one = node as unknown as LiveNode;
      if (kinds.includes(one.type) && red.nodes.getNode(one.id)) nodes.push(one);
    });
    this.#nodes = nodes;
  }

  /** Whether this package has anything to do here. */
  get isInUse(): boolean {
    const { engines, refusedRegistries } = this.#registries();
    return engines.length + refusedRegistries.length > 0;
  }

  registryOf(id: string): Named | null {
    const { engines, refusedRegistries } = this.#registries();
    const known = engines.find((engine) => engine.id === id);
    if (known) return named(known);
    return refusedRegistries.find((one) => one.id === id) ?? null;
  }

  /** Those that are in force, or should be. */
  async registries(): Promise<RegistryFacts[]> {
    const all = this.#registries().engines.map(async (engine) => ({
      registry: named(engine),
      state: engine.state,
      problem: engine.problem.text,
      handlers: this.#provisioning.handlers.of(engine.id).filter((one) => !('problem' in one)).length,
      eventNodes: this.#count('provisioning-event', engine.id),
      executors: this.#count('provisioning-executor', engine.id),
      damaged: await this.#provisioning.damagedFiles(engine.id),
    }));
    return Promise.all(all);
  }

  /** Of registries that are deployed; archived ones are nobody's concern. */
  async handlers(): Promise<HandlerFacts[]> {
    const { engines } = this.#registries();
    const registered = await Promise.all(
      // One journal that takes its time to open must not hold up the answer.
      engines.map((engine) => (engine.state === 'starting' ? [] : engine.handlers().catch(() => []))),
    );
    const byId = new Map(registered.flat().map((one) => [one.config.id, one]));
    return this.#provisioning.handlers.list().flatMap(({ registry: id, handler: config }) => {
      const registry = this.registryOf(id);
      if (!registry || !('id' in config)) return [];
      const { number = null, status = config.handlerStatus } = byId.get(config.id) ?? {};
      if (status === 'archived') return [];
      const handler = { id: config.id, number, name: config.name };
      return { registry, handler, config, isInUse: status !== 'disabled' };
    });
  }

  /** What is wrong with handlers of which nothing else is known. */
  namelessProblems(): string[] {
    return this.#provisioning.handlers
      .list()
      .flatMap(({ handler }) => ('id' in handler ? [] : [handler.problem]));
  }

  references(handlers: readonly HandlerFacts[]): ReferenceFacts[] {
    const { nodes, util } = this.#red;
    const written = new Map(this.#nodes.map((node) => [node.id, node]));
    return handlers.map((facts) => {
      const { id } = facts.handler;
      const node = nodes.getNode(id) as Parameters<typeof util.getSetting>[0];
      return {
        facts,
        written: written.get(id) ?? {},
        credentials: (nodes.getCredentials(id) ?? {}) as Record<string, unknown>,
        resolve: (name) => util.getSetting(node, name),
      };
    });
  }

  /** Nodes that belong to no registry that the flows hold. */
  homeless(): { readonly type: string; readonly name: string }[] {
    return this.#nodes
      .filter(({ registry }) => this.registryOf(String(registry ?? '')) === null)
      .map(({ id, type, name }) => ({ type, name: String(name || id) }));
  }

  listening(): Listening {
    const { uiHost } = this.#red.settings as { readonly uiHost?: string };
    const addresses = Object.values(networkInterfaces()).flatMap((ones = []) => ones);
    return {
      host: uiHost ?? '',
      addresses: addresses.map(({ address }) => address),
      asksAll: hasNodeAuth(this.#red),
    };
  }

  #count(type: string, registry: string): number {
    return this.#nodes.filter((node) => node.type === type && node['registry'] === registry).length;
  }

  #registries() {
    const refusedRegistries = this.#provisioning.refusedRegistries();
    return { engines: this.#provisioning.engines(), refusedRegistries };
  }
}

function named({ id, config }: Engine): Named {
  return { id, name: config.name };
}
