import type { EmittedEvent } from '../../../../src/engine/delivery/emissions.ts';
import type { FirstPass } from '../../../../src/engine/delivery/execution-row.ts';
import { Engine } from '../../../../src/engine/engine.ts';
import { openStore } from '../../../../src/engine/store/postgres/postgres-store.ts';
import type { Store, StoreOptions } from '../../../../src/engine/store/store.ts';
import type { Call } from '../../../../src/engine/targets/target.ts';
import { Conflict, Unavailable } from '../../../../src/engine/words/errors.ts';
import type { ExecutionRow } from '../../../../src/engine/words/execution.ts';
import type { Handler } from '../../../../src/engine/words/handler.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { registryConfigSchema } from '../../../../src/engine/words/registry-config.ts';
import type { Time } from '../../../../src/engine/words/time.ts';
import { eventually } from '../../eventually.ts';
import { expressions } from '../../jsonata.ts';
import { startTcpProxy, type TcpProxy } from '../../tcp-proxy.ts';
import { WatchedStore } from '../../watched-store.ts';
import { Flows } from '../flows.ts';
import { Process } from './process.ts';

/** Ms without a sign of life after which an instance is dead. */
export const lease = 1000;

/** Where its registry is kept, and the time that passes there. */
export interface Place {
  readonly url: string;
  readonly schema: string;
  readonly time: Time;
}

/** Who sees what an instance does. */
export interface Witness {
  /** It calls somebody. @param answer to be called with what comes of it */
  called(instance: Instance, handler: string, call: Call, answer: (outcome: Outcome) => void): void;
  passed(pass: FirstPass): void;
  told(row: ExecutionRow): void;
  log(line: string): void;
  /** It was taken for dead, and begins anew. */
  lost(instance: Instance): void;
  broken(error: unknown): void;
}

/** One of several engines over one database, as a process of its own would be. */
export class Instance {
  readonly engine: Engine;
  readonly #place: Place;
  readonly #witness: Witness;
  readonly #process: Process;
  readonly #proxy: TcpProxy;
  readonly #flows: Flows;
  #store: WatchedStore | undefined;
  #isCut = false;
  #taking = 0;

  static async start(place: Place, witness: Witness, handlers: readonly Handler[]): Promise<Instance> {
    const proxy = await startTcpProxy(Number(new URL(place.url).port));
    const instance = new Instance(place, witness, proxy);
    await instance.engine.resume(handlers, ['event-node']);
    await eventually('it has begun', () => instance.engine.state === 'ready');
    return instance;
  }

  private constructor(place: Place, witness: Witness, proxy: TcpProxy) {
    this.#place = place;
    this.#witness = witness;
    this.#process = new Process(place.time);
    this.#proxy = proxy;
    this.#flows = new Flows(this, mayRefuse, (error) => witness.broken(error));
    this.engine = new Engine({
      config: registryConfigSchema.parse({
        id: 'registry',
        claimSeconds: 20,
        concurrency: 4,
        retentionDays: 0,
      }),
      location: {
        name: place.schema,
        check: 'that it runs',
        open: (options) => this.#open(options),
      },
      time: this.#process.time,
      random: () => 0.5,
      backlogLimit: 1_000_000,
      expressions,
      makeTarget: ({ id }) => ({
        description: `run ${id}`,
        call: (call) =>
          new Promise((resolve) =>
            witness.called(this, id, call, (outcome) => this.#process.happens(() => resolve(outcome))),
          ),
        close: async () => undefined,
      }),
      log: (level, message) => witness.log(`${level}: ${message}`),
    });
    this.engine.attachEmitter('event-node', (event) => this.#flows.emitted(event));
    this.engine.attachExecutor('executor', (pass) => this.#process.happens(() => witness.passed(pass)));
    this.engine.news.observe((row) => witness.told(row));
  }

  /** Whether it can be asked, and can ask the database. */
  get isWell(): boolean {
    return !this.#isCut && !this.#process.standsStill;
  }

  /** Whether its executor has got an event that it has not taken yet. */
  get isTaking(): boolean {
    return this.#taking > 0;
  }

  get tag(): string {
    return String(this.#store?.store.journal.tag);
  }

  now(): number {
    return this.#place.time.now();
  }

  async deploy(handlers: readonly Handler[]): Promise<void> {
    this.engine.pause();
    await this.engine.resume(handlers, ['event-node']);
  }

  /** Its executor takes an emitted event. */
  async take(event: Pick<EmittedEvent, 'payload'> & { readonly id: string }): Promise<void> {
    this.#taking += 1;
    const taken = await this.engine
      .take(JSON.parse(event.payload), 'executor', event.id)
      .finally(() => (this.#taking -= 1));
    if (taken.outcome === 'taken' && taken.firstPass) this.#witness.passed(await taken.firstPass);
  }

  deliverLate(): void {
    this.#flows.deliverLate();
  }

  /** Until what it has begun by now is written, or is not. */
  answered(): Promise<void> {
    return this.#store?.answered() ?? Promise.resolve();
  }

  /** Until it has looked at what others have done since, and has asked what it makes of that. */
  async lookedAgain(): Promise<void> {
    const before = this.#store;
    const looks = before?.looks ?? 0;
    await eventually('it has looked', () => {
      const known = this.#store === before ? looks : 0;
      return (this.#store?.looks ?? 0) > known + 2;
    });
    await this.answered();
  }

  standStill(): void {
    this.#process.standStill();
    this.#proxy.holdUp(true);
  }

  cut(): void {
    this.#isCut = true;
    this.#proxy.cut();
  }

  /** It wakes, and is connected again. */
  recover(): void {
    this.#isCut = false;
    this.#proxy.restore();
    this.#process.goOn();
  }

  /** As by `kill -9`. */
  async die(): Promise<void> {
    this.#process.end();
    this.#proxy.cut();
    this.engine.pause();
    await this.#store?.crash().catch(() => undefined);
    await this.#proxy.close();
  }

  /** As a service manager ends it. */
  async leave(): Promise<void> {
    await this.engine.close();
    this.#process.end();
    await this.#proxy.close();
  }

  async #open(options: StoreOptions): Promise<Store> {
    if (this.#store) this.#witness.lost(this);
    const { url: server, schema } = this.#place;
    const url = new URL(server);
    url.port = String(this.#proxy.port);
    this.#store = await WatchedStore.open(
      {
        name: schema,
        check: 'that it runs',
        open: (more) =>
          openStore({ connectionString: url.href }, schema, {
            ...more,
            registry: 'registry',
            version: '0.0.0',
            lease,
            pollPause: 100,
          }),
      },
      options,
    );
    return this.#store.store;
  }
}

/** Also what was gone on with elsewhere, while its instance was taken for dead. */
function mayRefuse(error: unknown): boolean {
  return error instanceof Unavailable || error instanceof Conflict;
}
