import type { FirstPass } from '../../src/engine/delivery/execution-row.ts';
import { Engine } from '../../src/engine/engine.ts';
import { openStore } from '../../src/engine/store/postgres/postgres-store.ts';
import type { Call } from '../../src/engine/targets/target.ts';
import type { Envelope } from '../../src/engine/words/event.ts';
import type { ExecutionRow } from '../../src/engine/words/execution.ts';
import type { Handler } from '../../src/engine/words/handler.ts';
import type { Outcome } from '../../src/engine/words/outcome.ts';
import { registryConfigSchema } from '../../src/engine/words/registry-config.ts';
import { systemTime, type Time } from '../../src/engine/words/time.ts';
import { expressions } from './jsonata.ts';
import { fine } from './made-call.ts';
import { sharedPostgres } from './postgres.ts';

/** A time that can pass faster than that of the system. */
export class FasterTime implements Time {
  #factor = 1;
  #since = systemTime.monotonic();
  /** How far it had come by then. */
  #passed = 0;
  readonly #began = systemTime.now();
  readonly #begun = systemTime.monotonic();

  /** From now on it passes so many times faster; timers that are set stay as they are. */
  hurry(factor: number): void {
    this.#passed = this.#elapsed();
    this.#since = systemTime.monotonic();
    this.#factor = factor;
  }

  now(): number {
    return Math.floor(this.#began + this.#elapsed());
  }

  monotonic(): number {
    return this.#begun + this.#elapsed();
  }

  after(ms: number, callback: () => void): () => void {
    return systemTime.after(ms / this.#factor, callback);
  }

  #elapsed(): number {
    return this.#passed + (systemTime.monotonic() - this.#since) * this.#factor;
  }
}

export interface SharedCall extends Call {
  /** Who makes it. */
  readonly instance: SharedEngine;
  readonly handler: string;
}

/** What several instances share in a test: a store, a time, and those whom they call. */
export class SharedScene {
  readonly schema: string;
  /** Ms without a sign of life after which an instance is dead, of the real time. */
  readonly lease: number;
  readonly time = new FasterTime();
  readonly calls: SharedCall[] = [];
  /** Those that have ended. */
  readonly over = new Set<SharedCall>();
  /** By handler: how many calls were under way at once, at most. */
  readonly most = new Map<string, number>();
  answer: (call: SharedCall) => Partial<Outcome> | Promise<Partial<Outcome>> = () => ({});
  readonly #underWay = new Map<string, number>();
  readonly #engines: SharedEngine[] = [];

  constructor(schema: string, lease = 5000) {
    this.schema = schema;
    this.lease = lease;
  }

  /**
   * Another instance starts, with these handlers deployed.
   * @param clock ms that its machine's clock is ahead
   */
  async join(
    handlers: readonly Handler[],
    config: Record<string, unknown> = {},
    clock = 0,
  ): Promise<SharedEngine> {
    const { url } = await sharedPostgres();
    const engine = new SharedEngine(this, url, config, clock);
    this.#engines.push(engine);
    await engine.engine.resume(handlers, ['event-node']);
    await engine.engine.operator();
    return engine;
  }

  /** How many living instances each one knows of. */
  known(): readonly number[] {
    const living = ({ engine }: SharedEngine) => engine.instances?.list().filter(({ dead }) => !dead).length;
    return this.#engines.map((engine) => living(engine) ?? 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.#engines.map(({ engine }) => engine.close()));
  }

  async call(call: SharedCall): Promise<Outcome> {
    this.calls.push(call);
    this.#count(call.handler, 1);
    try {
      return { ...fine, ...(await this.answer(call)) };
    } finally {
      this.over.add(call);
      this.#count(call.handler, -1);
    }
  }

  #count(handler: string, difference: number): void {
    const now = (this.#underWay.get(handler) ?? 0) + difference;
    this.#underWay.set(handler, now);
    this.most.set(handler, Math.max(this.most.get(handler) ?? 0, now));
  }
}

/** An engine that shares its store; its flow takes at once what it emits. */
export class SharedEngine {
  readonly engine: Engine;
  readonly passes: FirstPass[] = [];
  readonly rows: ExecutionRow[] = [];

  constructor(scene: SharedScene, url: string, config: Record<string, unknown>, clock: number) {
    const { schema, time, lease } = scene;
    this.engine = new Engine({
      config: registryConfigSchema.parse({ id: 'registry', ...config }),
      location: {
        name: schema,
        check: 'that it runs',
        open: async (options) => {
          const store = await openStore({ connectionString: url }, schema, {
            ...options,
            registry: 'registry',
            version: '0.0.0',
            lease,
            pollPause: 100,
          });
          const { instances } = store;
          // A time that passes faster is not the database's.
          return clock === 0 && instances ? { ...store, instances: { ...instances, ahead: () => 0 } } : store;
        },
      },
      time: {
        now: () => time.now() + clock,
        monotonic: () => time.monotonic(),
        after: (ms, callback) => time.after(ms, callback),
      },
      random: () => 0.5,
      backlogLimit: 1_000_000,
      expressions,
      makeTarget: ({ id }) => ({
        description: `run ${id}`,
        call: (call) => scene.call({ ...call, instance: this, handler: id }),
        close: async () => undefined,
      }),
      log: () => undefined,
    });
    this.engine.attachEmitter('event-node', (event) => void this.#take(JSON.parse(event.payload), event.id));
    this.engine.attachExecutor('executor', (pass) => this.passes.push(pass));
    this.engine.news.observe((row) => this.rows.push(row));
  }

  async accept(envelope: Envelope): Promise<string> {
    const { ids } = await this.engine.accept([envelope], 'event-node');
    return ids[0] ?? '';
  }

  async circuit(handler: string): Promise<string> {
    return this.engine.circuitOf(handler).state;
  }

  async #take(envelope: Envelope, id: string): Promise<void> {
    const taken = await this.engine.take(envelope, 'executor', id);
    if (taken.outcome === 'taken' && taken.firstPass) this.passes.push(await taken.firstPass);
  }
}
