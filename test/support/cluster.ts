import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceRow } from '../../src/engine/words/admin-answers.ts';
import { groupBy } from './calls-seen.ts';
import { coreNodes } from './core-nodes.ts';
import { eventually } from './eventually.ts';
import { type FlowNode, type NodeRed, startNodeRed } from './node-red.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A Node-RED of several, and its own way to the database. */
export interface Instance {
  readonly userDir: string;
  readonly proxy: TcpProxy;
  red: NodeRed;
  /** Whether a load balancer sends to it. */
  isUp: boolean;
}

interface ClusterOptions {
  readonly leaseSeconds?: number;
  /** Of each Node-RED, beside those that make them a cluster. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Several Node-REDs with the same flows over one PostgreSQL. */
export class Cluster {
  readonly postgres: Postgres;
  readonly instances: Instance[] = [];
  readonly #flows: readonly FlowNode[];
  readonly #leaseSeconds: number;
  readonly #settings: Readonly<Record<string, unknown>>;

  static async start(
    size: number,
    flows: readonly FlowNode[],
    options: ClusterOptions = {},
  ): Promise<Cluster> {
    const cluster = new Cluster(await startPostgres(), flows, options);
    await cluster.join();
    await Promise.all(Array.from({ length: size - 1 }, () => cluster.join()));
    await cluster.complete();
    return cluster;
  }

  private constructor(
    postgres: Postgres,
    flows: readonly FlowNode[],
    { leaseSeconds = 2, settings = {} }: ClusterOptions,
  ) {
    this.postgres = postgres;
    this.#flows = flows;
    this.#leaseSeconds = leaseSeconds;
    this.#settings = settings;
  }

  /** Ms without a sign of life after which one is dead. */
  get lease(): number {
    return this.#leaseSeconds * 1000;
  }

  get up(): readonly Instance[] {
    return this.instances.filter(({ isUp }) => isUp);
  }

  /** One that is up, as a load balancer chooses it; undefined: there is none. */
  any(): Instance | undefined {
    return this.up[Math.floor(Math.random() * this.up.length)];
  }

  async join(): Promise<Instance> {
    const proxy = await startTcpProxy(Number(new URL(this.postgres.url).port));
    const userDir = temporaryFolder('instance-');
    const instance = { userDir, proxy, red: await this.#startIn(userDir, proxy), isUp: true };
    this.instances.push(instance);
    return instance;
  }

  /** Starts it again on its user directory. */
  async restart(instance: Instance): Promise<void> {
    instance.red = await this.#startIn(instance.userDir, instance.proxy);
    instance.isUp = true;
  }

  /** As the end of its machine is. */
  async kill(instance: Instance): Promise<void> {
    instance.isUp = false;
    await instance.red.kill9();
  }

  /** As a service manager does it. */
  async stop(instance: Instance): Promise<void> {
    instance.isUp = false;
    await instance.red.stop();
  }

  async leave(instance: Instance): Promise<void> {
    await this.stop(instance);
    this.instances.splice(this.instances.indexOf(instance), 1);
    await instance.proxy.close();
  }

  /** Until all that are up know of one another, and of nobody else that lives. */
  async complete(): Promise<void> {
    const registries = this.#flows.filter(({ type }) => type === 'provisioning-registry').length;
    await eventually(
      'all know one another',
      async () => {
        const seen = (await Promise.all(this.up.map(({ red }) => living(red)))).flat();
        return seen.length === registries * this.up.length && seen.every((count) => count === this.up.length);
      },
      this.lease + 20_000,
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.instances.map(({ red }) => red.kill9()));
    await Promise.all(this.instances.map(({ proxy }) => proxy.close()));
    await this.postgres.stop('immediate').catch(() => undefined);
  }

  #startIn(userDir: string, proxy: TcpProxy): Promise<NodeRed> {
    const url = new URL(this.postgres.url);
    url.port = String(proxy.port);
    return startNodeRed({
      userDir,
      flows: this.#flows,
      settings: {
        nodesExcludes: coreNodes(),
        ...this.#settings,
        provisioning: { postgres: { leaseSeconds: this.#leaseSeconds } },
      },
      env: { PROVISIONING_POSTGRES_URL: url.href },
    });
  }
}

/** How many live, of each registry. */
async function living(red: NodeRed): Promise<number[]> {
  const rows = await red.get<InstanceRow[]>('provisioning/instances').catch(() => []);
  const ofRegistries = groupBy(rows, ({ registry }) => registry).values();
  return [...ofRegistries].map((all) => all.filter(({ state }) => state === 'live').length);
}

/** Ms after a while that is not always the same. */
export function aWhile(least: number, most: number): Promise<void> {
  return sleep(least + Math.random() * (most - least));
}
