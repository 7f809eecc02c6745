import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Conflict, NotFound, Unavailable } from '../../../../src/engine/words/errors.ts';
import type { Handler } from '../../../../src/engine/words/handler.ts';
import { eventually } from '../../eventually.ts';
import { anEnvelope } from '../../made-call.ts';
import { sharedPostgres } from '../../postgres.ts';
import { PostgresAtOnce } from '../../postgres-at-once.ts';
import { FasterTime } from '../../shared-scene.ts';
import { handlerOf, wellConfigured } from '../handlers.ts';
import { type Conditions, type Configured, type Id, ids } from '../happenings.ts';
import type { Happening } from './happenings.ts';
import { Instance, lease, type Place } from './instance.ts';
import { Seen, type Switched } from './seen.ts';

/** How many times faster than the real one the engines' time passes: leases are of the real one. */
const hurry = 20;
/** Instances at a time. */
const most = 4;
/** Ms that things wait for what they have begun: it may stand still, or be cut off. */
const patience = 500;

type Operator = Awaited<ReturnType<Instance['engine']['operator']>>;

let atOnce: PostgresAtOnce | undefined;
let schemas = 0;

/** Instances of one registry, to which things happen. */
export class SharedWorld {
  readonly seen: Seen;
  readonly #place: Place;
  readonly #client: pg.Client;
  readonly #instances: Instance[] = [];
  /** What an operator has switched last, where he was told that it is kept. */
  readonly #switched = new Map<Id, Switched>();
  /** Those of which it is not known yet whether they are. */
  readonly #switching = new Set<Id>();
  /** What is not answered yet. */
  readonly #doing = new Set<Promise<void>>();
  #deployed: readonly Configured[] = [];
  #sent = 0;

  static async begin(handlers: readonly Configured[], conditions: Conditions): Promise<SharedWorld> {
    const { url } = await sharedPostgres();
    atOnce ??= new PostgresAtOnce(url);
    const client = new pg.Client({ connectionString: url, application_name: 'a test' });
    await client.connect();
    schemas += 1;
    const time = new FasterTime();
    time.hurry(hurry);
    const place = { url, schema: `instances_${process.pid}_${schemas}`, time };
    const seen = new Seen(conditions, (sql) => (atOnce as PostgresAtOnce).select(place.schema, sql));
    const world = new SharedWorld(place, seen, client);
    world.#deployed = handlers;
    await world.#join();
    await world.#join();
    return world;
  }

  private constructor(place: Place, seen: Seen, client: pg.Client) {
    this.#place = place;
    this.seen = seen;
    this.#client = client;
  }

  async happen(what: Happening): Promise<void> {
    switch (what.do) {
      case 'send':
        return this.#send(what);
      case 'wait':
        return void (await sleep(what.ms));
      case 'health':
        return void this.seen.healths.set(what.handler, what.health);
      case 'switch':
        return this.#switch(what.who, what.handler, what.status);
      case 'close':
        return this.#operate(what.who, (operator) => operator.closeCircuit(what.handler));
      case 'deploy':
        return this.#deploy(what.who, what.handlers);
      case 'replay':
      case 'cancel':
        return this.#change(what);
      case 'join':
        return this.#join();
      case 'leave':
        return this.#leave(what.who);
      case 'die':
        return this.#die(what.who);
      case 'stand still':
      case 'cut':
        return this.#trouble(what.who, what.do);
      case 'recover':
        return this.#recover(this.#any(what.who));
      case 'answer':
        return this.seen.answerAll();
      case 'deliver late':
        return this.#well(what.who)?.deliverLate();
    }
  }

  /** Everything is well again: what waits must come to its end. */
  async heal(): Promise<void> {
    for (const id of ids) this.seen.healths.set(id, 'fine');
    for (const instance of this.#instances) this.#recover(instance);
    if (this.#instances.length === 0) await this.#join();
    // What was asked of one that has died is never answered.
    await Promise.race([Promise.all(this.#doing), sleep(10 * lease)]);
    this.seen.answerAll();
    this.#deployed = ids.map(wellConfigured);
    for (const { engine } of this.#instances) {
      engine.pause();
      await engine.resume(this.#handlers, ['event-node']);
    }
    // Who was away may not know yet of a circuit that is not closed.
    await Promise.all(this.#instances.map((instance) => instance.lookedAgain()));
    this.seen.inForce.clear();
    for (const id of ids)
      await eventually(`${id} is enabled`, () =>
        this.#mend((it) => it.switch(id, 'enabled', 'anna', null, null)),
      );
    for (const id of ids) await eventually(`the circuit of ${id} is closed`, () => this.#closed(id), 30_000);
    await eventually('every event has come to its end', () => this.#isOver(), 60_000);
    // Also whose last execution others have made has its message sent.
    await Promise.all(this.#instances.map((instance) => instance.lookedAgain()));
    await sleep(100);
  }

  async end(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.die()));
    await this.#client.query(`drop schema if exists ${this.#place.schema} cascade`);
    await this.#client.end();
  }

  get #handlers(): readonly Handler[] {
    return this.#deployed.map((one) => handlerOf(one, this.seen.conditions));
  }

  #any(who: number): Instance | undefined {
    return this.#instances[who % this.#instances.length];
  }

  /** One that is well; undefined: there is none. */
  #well(who: number): Instance | undefined {
    const well = this.#instances.filter(({ isWell }) => isWell);
    return well[who % well.length];
  }

  async #send({ who, object, flow, meets }: Happening & { do: 'send' }): Promise<void> {
    const instance = this.#well(who);
    if (!instance) return;
    this.#sent += 1;
    const n = this.#sent;
    this.seen.unacknowledged.add(n);
    const envelope = anEnvelope(object, 'clients.update', { flow, meets, n });
    await this.#soon(async () => {
      const { ids: accepted } = await instance.engine.accept([envelope], 'event-node');
      this.seen.unacknowledged.delete(n);
      this.seen.accepted.push(...accepted);
    });
  }

  /** What an operator asks of one that is well. What it can't do now it refuses with a reason. */
  #operate(who: number, work: (operator: Operator) => Promise<unknown>): Promise<void> {
    const instance = this.#well(who);
    return this.#soon(async () => void (instance && (await work(await instance.engine.operator()))));
  }

  /** Where all that are well know it, nobody is called any more whom nobody may call. */
  async #switch(who: number, id: Id, status: Switched): Promise<void> {
    const instance = this.#well(who);
    // Of two that are under way at once nobody could say which one is the last.
    if (!instance || this.#switching.has(id)) return;
    this.#switching.add(id);
    this.#switched.delete(id);
    for (const known of this.seen.inForce.values()) known.delete(id);
    await this.#soon(async () => {
      try {
        await (await instance.engine.operator()).switch(id, status, 'anna', null, null);
        this.#switched.set(id, status);
      } finally {
        this.#switching.delete(id);
      }
    });
    for (const one of this.#instances) if (one.isWell) await this.#learn(one);
  }

  /** Until an instance knows what is switched, and has begun all that it had begun to do before. */
  async #learn(instance: Instance): Promise<void> {
    const switched = new Map(this.#switched);
    await eventually('it knows what is switched', async () => {
      const handlers = await instance.engine.handlers();
      return handlers.every(({ config, override }) => {
        const status = switched.get(config.id as Id);
        return status === undefined || status === 'enabled' || override?.status === status;
      });
    });
    await instance.answered();
    await new Promise((resolve) => setImmediate(resolve));
    this.seen.inForce.set(instance, switched);
  }

  async #deploy(who: number, handlers: readonly Configured[]): Promise<void> {
    const engine = this.#well(who)?.engine;
    engine?.pause();
    await engine?.resume(
      handlers.map((one) => handlerOf(one, this.seen.conditions)),
      ['event-node'],
    );
  }

  async #change({ do: what, who, pick }: Happening & { do: 'replay' | 'cancel' }): Promise<void> {
    const rows = this.seen.select<{ seq: number; event: number }>(
      'select seq, event_seq as event from executions order by seq',
    );
    const row = rows[pick % Math.max(1, rows.length)];
    if (!row) return;
    const id = `ex-${this.seen.tag}-${row.seq}`;
    await this.#operate(who, (operator) => {
      if (what === 'cancel') return operator.cancel(id, 'anna');
      this.seen.replayed.add(this.seen.eventId(row.event));
      return operator.replayExecution(id);
    });
  }

  async #join(): Promise<void> {
    if (this.#instances.length >= most) return;
    const instance = await Instance.start(this.#place, this.seen, this.#handlers);
    this.seen.tag = instance.tag;
    await this.#learn(instance);
    this.#instances.push(instance);
  }

  async #leave(who: number): Promise<void> {
    const instance = this.#well(who);
    if (!instance) return;
    this.#instances.splice(this.#instances.indexOf(instance), 1);
    await instance.leave();
    this.seen.gone(instance);
  }

  async #die(who: number): Promise<void> {
    const instance = this.#any(who);
    if (!instance) return;
    this.#instances.splice(this.#instances.indexOf(instance), 1);
    this.seen.gone(instance);
    await instance.die();
  }

  #trouble(who: number, what: 'stand still' | 'cut'): void {
    const instance = this.#any(who);
    if (!instance) return;
    this.seen.troubled(instance);
    if (what === 'cut') instance.cut();
    else instance.standStill();
  }

  #recover(instance: Instance | undefined): void {
    if (!instance || instance.isWell) return;
    instance.recover();
    this.seen.recovered(instance);
  }

  /** Does something, and waits for it for a moment. What is refused with a reason is as if nobody had asked for it. */
  async #soon(work: () => Promise<void>): Promise<void> {
    const done = work().catch((error) => {
      const isReason = [Conflict, NotFound, Unavailable].some((kind) => error instanceof kind);
      if (!isReason) this.seen.broken(error);
    });
    this.#doing.add(done);
    void done.finally(() => this.#doing.delete(done));
    await Promise.race([done, sleep(patience)]);
  }

  /** @returns whether an instance has done it */
  async #mend(work: (operator: Operator) => Promise<unknown>): Promise<boolean> {
    const [instance] = this.#instances;
    assert.ok(instance);
    await work(await instance.engine.operator());
    return true;
  }

  async #closed(id: Id): Promise<boolean> {
    const isClosed = () => this.#instances.every(({ engine }) => engine.circuitOf(id).state === 'closed');
    if (!isClosed()) await this.#mend((operator) => operator.closeCircuit(id)).catch(() => undefined);
    return isClosed();
  }

  /** Whether every event has come to its end; what was held in flows goes on. */
  #isOver(): boolean {
    this.seen.answerAll();
    for (const instance of this.#instances) instance.deliverLate();
    if (this.#instances.some(({ isTaking }) => isTaking)) return false;
    const open = this.seen.select(
      `(select 1 from events where stage < 7 limit 1) union all (select 1 from executions where status < 3 limit 1)`,
    );
    return open.length === 0;
  }
}
