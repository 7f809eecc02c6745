import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { FirstPass } from '../../../src/engine/delivery/execution-row.ts';
import { Unavailable } from '../../../src/engine/words/errors.ts';
import type { ParkedFor } from '../../../src/engine/words/execution.ts';
import { anEnvelope, type MadeCall } from '../made-call.ts';
import type { StoreBench } from '../store-bench.ts';
import { CircuitWatch } from './circuit-watch.ts';
import { Flows } from './flows.ts';
import { behaviourOf, handlerOf, wellConfigured } from './handlers.ts';
import {
  type Conditions,
  type Configured,
  type Flow,
  type Happening,
  type Health,
  type Id,
  ids,
  type WriterEnds,
} from './happenings.ts';
import { checkMessage } from './message-check.ts';
import type { History } from './promises.ts';
import { type Said, Switches } from './switches.ts';

/** What the engine says when its store was taken away from it. */
const storeIsLost =
  /journal's writer has ended|took this one for dead|the database can not be reached|it is tried again/;

/** A registry to which things happen, with what was promised about each event. */
export class World implements History {
  readonly bench: StoreBench;
  readonly circuits: CircuitWatch;
  readonly accepted: string[] = [];
  readonly replayed = new Set<string>();
  readonly emittedAgain = new Map<number, number>();
  cutOff = false;
  readonly #broken: unknown[] = [];
  readonly #switches: Switches;
  readonly #healths = new Map<Id, Health>();
  readonly #parked = new Set<number>();
  readonly #flow: Flows;
  #writerEnded = false;
  readonly conditions: Conditions;

  constructor(bench: StoreBench, conditions: Conditions) {
    this.bench = bench;
    this.conditions = conditions;
    this.circuits = new CircuitWatch(bench);
    this.#switches = new Switches(bench.time);
    this.#flow = new Flows(bench, isUnavailable, (error) => this.#broken.push(error));
  }

  async begin(handlers: readonly Configured[]): Promise<void> {
    const { bench } = this;
    bench.config = { id: 'registry', claimSeconds: 20, concurrency: 4, retentionDays: 0 };
    bench.flow = (event) => this.#flow.emitted(event);
    for (const id of ids)
      bench.behaviours.set(
        id,
        behaviourOf(() => this.#healths.get(id)),
      );
    bench.onCall = (call) =>
      this.#noting(() => {
        assert.ok(call.flowsRan, `${call.webhookId} is called while flows stand still`);
        const shut = this.#switches.shut(call.handler);
        assert.ok(!shut, `${call.webhookId} is called although its handler is ${shut}`);
        this.circuits.begins(call);
      });
    bench.onAnswer = (call, outcome) => this.circuits.answers(call, outcome);
    bench.onPass = (pass) =>
      this.#noting(() => {
        checkMessage(bench, pass, (id) => this.#shut(id, pass));
      });
    this.#switches.deploy(handlers);
    await bench.start(handlers.map((one) => handlerOf(one, this.conditions)));
    bench.onOpening = () => {
      this.#noteParked();
      this.circuits.restarted();
    };
  }

  async happen(what: Happening): Promise<void> {
    await this.#do(what);
    this.#switches.compare(await this.#said());
  }

  async #do(what: Happening): Promise<void> {
    const { bench } = this;
    switch (what.do) {
      case 'send':
        return this.#send(what.object, what.flow, what.meets);
      case 'fire':
        return this.#fire(what.object, what.meets);
      case 'wait':
        return bench.advance(what.seconds * 1000);
      case 'health':
        this.#healths.set(what.handler, what.health);
        return;
      case 'switch':
        return this.#switch(what);
      case 'hold':
        return this.#hold(this.#endOf(what.seconds));
      case 'release':
        this.#switches.release();
        return this.#try(async () => (await bench.engine.operator()).release());
      case 'close':
        return this.#close(what.handler);
      case 'deploy':
        return this.#deploy(what.handlers);
      case 'pause':
        return bench.pause();
      case 'resume':
        return bench.resume();
      case 'crash':
        this.cutOff = true;
        this.#switches.restarted();
        return bench.restart();
      case 'stop':
        bench.pause();
        await bench.advance(3000);
        return bench.resume();
      case 'answer':
        return bench.answerAll();
      case 'deliver late':
        this.#flow.deliverLate();
        return bench.settle();
      case 'replay events':
        return this.#replayEvents();
      case 'deliver':
        return this.#deliver(what.handler);
      case 'clock':
        this.circuits.clockSet();
        bench.time.set(bench.time.now() + what.hours * 3_600_000);
        this.#switches.clockSet();
        return;
      case 'writer ends':
        return this.#endWriter(what);
      default:
        return this.#operate(what.do, what.pick);
    }
  }

  /** Everything is well again: what waits must come to its end. */
  async heal(): Promise<void> {
    const { bench } = this;
    for (const id of ids) this.#healths.set(id, 'fine');
    await bench.answerAll();
    await this.#deploy(ids.map(wellConfigured));
    for (const id of ids) await this.happen({ do: 'switch', handler: id, status: 'enabled' });
    await this.happen({ do: 'release' });
    for (const id of ids) await this.#close(id);
    this.#flow.deliverLate();
    await bench.settle();
    for (let hour = 0; hour < 30 && !this.#over(); hour += 1) {
      await bench.advance(3_600_000);
      await bench.answerAll();
    }
    await bench.advance(3_600_000);
  }

  /** Nobody may have been told of it when the writer ended. */
  hasParked(event: number): boolean {
    const eventId = this.eventId(event);
    return (
      this.#parked.has(event) ||
      this.bench.rows.some((row) => row.eventId === eventId && row.status === 'parked')
    );
  }

  #noteParked(): void {
    const parked = this.bench.select<{ event: number }>(
      'select event_seq as event from executions where status = 2',
    );
    for (const { event } of parked) this.#parked.add(event);
  }

  /** What is watched while things happen. */
  check(): void {
    const [broken] = this.#broken;
    if (broken !== undefined) throw broken;
    this.circuits.check();
  }

  eventId(seq: number): string {
    return `ev-${this.bench.tag}-${seq}`;
  }

  get calls(): readonly MadeCall[] {
    return this.bench.calls;
  }

  get passes(): readonly FirstPass[] {
    return this.bench.passes;
  }

  unheard(): number {
    return this.bench.unheard;
  }

  select<Row>(sql: string): Row[] {
    return this.bench.select(sql);
  }

  get logged(): readonly string[] {
    return this.bench.logged.filter(
      (line) =>
        !(this.#writerEnded && storeIsLost.test(line)) &&
        !/^info: the circuit of ".*" was closed by an operator$/.test(line),
    );
  }

  mayBeThere(payload: string): boolean {
    return this.#writerEnded && JSON.parse(payload).data.cutOff === true;
  }

  /** Without an end it is never over. */
  #endOf(seconds: number | undefined): number {
    return seconds === undefined ? Number.POSITIVE_INFINITY : this.#switches.latest + seconds * 1000;
  }

  async #switch({ handler, status, seconds }: Happening & { do: 'switch' }): Promise<void> {
    const until = this.#endOf(seconds);
    this.#switches.switch(handler, status, until);
    const end = Number.isFinite(until) ? until : null;
    return this.#try(async () =>
      (await this.bench.engine.operator()).switch(handler, status, 'anna', null, end),
    );
  }

  async #hold(end: number): Promise<void> {
    this.#switches.hold(end);
    const until = Number.isFinite(end) ? end : null;
    return this.#try(async () =>
      (await this.bench.engine.operator()).hold({ by: 'anna', reason: null, until }),
    );
  }

  async #said(): Promise<Said> {
    const { engine } = this.bench;
    const handlers = await engine.handlers();
    const known = handlers.filter(({ status }) => status !== 'archived');
    const switched = known.map(({ config, override }) => [config.id, override !== null] as const);
    return { switched: new Map(switched), held: engine.hold !== null };
  }

  async #deploy(handlers: readonly Configured[]): Promise<void> {
    this.#switches.deploy(handlers);
    await this.bench.deploy(handlers.map((one) => handlerOf(one, this.conditions)));
  }

  /** What may be cut off is marked as such. */
  async #send(object: number, flow: Flow, meets: boolean, cutOff = false): Promise<void> {
    const data = cutOff ? { flow, meets, cutOff } : { flow, meets };
    this.accepted.push(...(await this.bench.accept(anEnvelope(object, 'clients.update', data))));
  }

  async #fire(object: number, meets: boolean, cutOff = false): Promise<void> {
    this.accepted.push(
      await this.bench.engine.fire(
        anEnvelope(object, 'clients.update', cutOff ? { meets, cutOff } : { meets }),
      ),
    );
    await this.bench.settle();
  }

  /** In the middle of something, or of nothing; then it is opened again, and what was acknowledged goes on. */
  async #endWriter({ during, turns, object, meanwhile }: WriterEnds): Promise<void> {
    const { bench } = this;
    this.#writerEnded = true;
    this.cutOff = true;
    const doing = this.#doing(during, object).catch((error) =>
      assert.ok(error instanceof Unavailable, error),
    );
    for (let passed = 0; passed < turns; passed += 1) await turn();
    await bench.loseStore();
    await doing;
    if (meanwhile === 'answer') await bench.answerAll();
    if (meanwhile === 'pause') await this.#do({ do: 'pause' });
    const deployed = meanwhile === 'deploy' && this.#do({ do: 'resume' });
    await bench.reopened();
    await bench.passing(deployed);
  }

  async #doing(during: WriterEnds['during'], object: number): Promise<void> {
    if (during === 'send') await this.#send(object, 'pass', true, true);
    if (during === 'fire') await this.#fire(object, true, true);
    if (during === 'answer') await this.bench.answerAll();
  }

  async #close(id: Id): Promise<void> {
    await this.#try(async () => {
      const { engine } = this.bench;
      const operator = await engine.operator();
      const before = engine.circuitOf(id).state;
      const closing = operator.closeCircuit(id);
      // It is in force at once, before it is kept.
      if (before !== 'closed' && engine.circuitOf(id).state === 'closed') this.circuits.closed(id);
      await closing;
    });
  }

  /** Whether every event has come to its end. */
  #over(): boolean {
    return this.bench.select('select 1 from events where stage < 7 limit 1').length === 0;
  }

  async #operate(what: 'replay' | 'cancel', pick: number): Promise<void> {
    const rows = this.bench.select<{ seq: number; event: number }>(
      'select seq, event_seq as event from executions order by seq',
    );
    const row = rows[pick % Math.max(1, rows.length)];
    if (!row) return;
    const id = `ex-${this.bench.tag}-${row.seq}`;
    await this.#try(async () => {
      const operator = await this.bench.engine.operator();
      if (what === 'cancel') return operator.cancel(id, 'anna');
      await operator.replayExecution(id);
      this.replayed.add(this.eventId(row.event));
    });
  }

  async #replayEvents(): Promise<void> {
    const open = this.bench.select<{ seq: number }>('select seq from events where stage in (9, 10)');
    for (const { seq } of open) this.emittedAgain.set(seq, (this.emittedAgain.get(seq) ?? 0) + 1);
    await this.#try(async () =>
      (await this.bench.engine.operator()).replayEvents({}, { dryRun: false, ratePerSecond: 0 }),
    );
  }

  async #deliver(handler: Id): Promise<void> {
    const options = { ratePerSecond: 0, by: null };
    await this.#try(async () =>
      (await this.bench.engine.operator()).deliverMissed({ handler, from: 0 }, options),
    );
  }

  /** Where that is not certain, what the message says of it. */
  #shut(id: string, { executions }: FirstPass): ParkedFor | null {
    const shut = this.#switches.shut(id);
    if (shut === undefined) {
      const said = executions.find(({ handler }) => handler.id === id)?.parkedFor ?? null;
      if (said === 'held' || said === 'disabled') return said;
    }
    return shut ?? (this.bench.engine.circuitOf(id).state === 'closed' ? null : 'circuit');
  }

  /** What an operator may not do now is refused with a reason, and changes nothing. */
  async #try(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error) => assert.match(error.name, /Conflict|NotFound/));
    await this.bench.settle();
  }

  /** What goes wrong inside of the engine's own work must not be lost there. */
  #noting(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#broken.push(error);
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Unavailable;
}
