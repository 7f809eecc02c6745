import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EmittedEvent } from '../../src/engine/delivery/emissions.ts';
import type { FirstPass } from '../../src/engine/delivery/execution-row.ts';
import type { CircuitChange } from '../../src/engine/delivery/outlet.ts';
import { Engine } from '../../src/engine/engine.ts';
import { sqliteStore } from '../../src/engine/store/sqlite/sqlite-store.ts';
import type { Call } from '../../src/engine/targets/target.ts';
import type { Envelope } from '../../src/engine/words/event.ts';
import type { ExecutionRow } from '../../src/engine/words/execution.ts';
import { type Handler, handlerSchema } from '../../src/engine/words/handler.ts';
import type { Outcome } from '../../src/engine/words/outcome.ts';
import { registryConfigSchema } from '../../src/engine/words/registry-config.ts';
import { eventually } from './eventually.ts';
import { VirtualTime } from './virtual-time.ts';
import { WatchedStore } from './watched-store.ts';

/** What a handler's target was asked, in the order it happened. */
export interface MadeCall extends Call {
  readonly handler: string;
  readonly at: number;
  readonly answer: (outcome: Partial<Outcome>) => void;
  /** When it was answered: a place in the order of all beginnings and ends. */
  begun: number;
  ended: number | undefined;
}

export type Behaviour = (call: MadeCall) => Partial<Outcome> | undefined;

export const fine: Outcome = {
  ok: true,
  code: 200,
  response: 'ok',
  error: null,
  outage: false,
  final: false,
  gone: false,
  retryAfterMs: null,
  requestHeaders: {},
  responseHeaders: {},
};
export const outage: Partial<Outcome> = { ok: false, code: 503, error: 'HTTP 503', outage: true };
export const refusal: Partial<Outcome> = { ok: false, code: 400, error: 'HTTP 400', outage: false };

export function anEnvelope(
  objectId: number | string,
  eventType = 'clients.update',
  data: Record<string, unknown> = {},
): Envelope {
  return { event: { dt: '2026-01-31T12:00:00+00:00', events_id: eventType, object_id: objectId }, data };
}

/** A handler by its id; local, so that no URL is needed. */
export function aHandler(id: string, changes: Record<string, unknown> = {}): Handler {
  return handlerSchema.parse({
    id,
    name: id,
    handlerType: 'local',
    command: 'x',
    events: ['*'],
    retryDelays: [],
    ...changes,
  });
}

/** An engine over a real journal, in a time that the test moves, with handlers that answer as the test says. */
export class EngineBench {
  readonly time = new VirtualTime();
  readonly folder = mkdtempSync(join(tmpdir(), 'engine-'));
  readonly calls: MadeCall[] = [];
  readonly passes: FirstPass[] = [];
  readonly rows: ExecutionRow[] = [];
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
  /** What opening the journal waits for. */
  opening: Promise<void> = Promise.resolve();
  #store: WatchedStore | undefined;
  #order = 0;
  #life = 0;

  /** Starts the engine, as Node-RED would with these handlers deployed. */
  async start(handlers = this.handlers): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    this.engine = new Engine({
      config: registryConfigSchema.parse(this.config),
      location: {
        name: sqliteStore(this.folder).name,
        open: async (options) => {
          await this.opening;
          this.#store = await WatchedStore.open(sqliteStore(this.folder), options);
          return this.#store.store;
        },
      },
      time: this.time,
      random: () => 0.5,
      backlogLimit: 1_000_000,
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
    this.engine.attachExecutor('executor', (pass) => this.passes.push(pass));
    this.engine.observe((row) => this.rows.push(row));
    this.engine.observeCircuits((change) => this.circuits.push(change));
    this.handlers = handlers;
    await this.engine.resume(handlers);
    await this.engine.operator();
    await this.settle();
  }

  /** What a deploy does: everything pauses, the handlers are swapped, everything goes on. */
  async deploy(handlers: readonly Handler[]): Promise<void> {
    this.handlers = handlers;
    this.engine.pause();
    await this.engine.resume(handlers);
    await this.settle();
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
    else if (taken.firstPass) this.passes.push(await taken.firstPass);
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

  /** The process is killed: what was not written is lost, calls in flight are cut off. */
  async crash(): Promise<void> {
    this.#life += 1;
    this.engine.pause();
    await this.#store?.crash();
    this.#store = undefined;
    for (const call of this.calls) call.ended ??= ++this.#order;
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

  /** Rows of the journal's file. */
  select<Row>(sql: string): Row[] {
    const db = new DatabaseSync(join(this.folder, 'journal.sqlite'), { readOnly: true });
    try {
      return db.prepare(sql).all() as Row[];
    } finally {
      db.close();
    }
  }

  /** `handler:event` of each call, in the order they began. */
  get called(): string[] {
    return this.calls.map(({ handler, eventId }) => `${handler}:${eventId.split('-')[2]}`);
  }

  async end(): Promise<void> {
    await this.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #call(handler: string, call: Call, life: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const made: MadeCall = {
        ...call,
        handler,
        at: this.time.now(),
        begun: ++this.#order,
        ended: undefined,
        answer: (outcome) => {
          if (life !== this.#life || made.ended !== undefined) return;
          made.ended = ++this.#order;
          resolve({ ...fine, ...outcome });
        },
      };
      this.calls.push(made);
      const outcome = (this.behaviours.get(handler) ?? (() => ({})))(made);
      if (outcome) setImmediate(() => made.answer(outcome));
    });
  }
}
