import type { FirstPass } from '../../../../src/engine/delivery/execution-row.ts';
import type { Call } from '../../../../src/engine/targets/target.ts';
import type { ExecutionRow } from '../../../../src/engine/words/execution.ts';
import type { Outcome } from '../../../../src/engine/words/outcome.ts';
import { type Behaviour, fine, type MadeCall } from '../../made-call.ts';
import { behaviourOf } from '../handlers.ts';
import { type Conditions, type Health, type Id, ids } from '../happenings.ts';
import type { History } from '../promises.ts';
import { type Instance, lease, type Witness } from './instance.ts';

/** Ms that a commit takes at most: what ended longer before its instance was lost is written. */
const commits = 2000;

export type Switched = 'enabled' | 'held' | 'disabled';

interface SharedCall extends MadeCall {
  readonly instance: Instance;
  /** When it was answered, in ms of a clock that never jumps. */
  endedAt: number | undefined;
}

/** An instance stands still, or is cut off. */
interface Trouble {
  /** Since which place in the order of all. */
  readonly place: number;
  /** When it began, and when it was over, in ms of a clock that never jumps. */
  readonly at: number;
  readonly over: number;
}

/** All that is seen of the instances of one registry, by their receivers and by those who send to them. */
export class Seen implements History, Witness {
  readonly conditions: Conditions;
  readonly calls: SharedCall[] = [];
  readonly passes: FirstPass[] = [];
  readonly accepted: string[] = [];
  readonly replayed = new Set<string>();
  readonly emittedAgain = new Map<number, number>();
  readonly logged: string[] = [];
  /** What receivers answer. */
  readonly healths = new Map<Id, Health>();
  /** What a handler is switched to where an instance knows that. */
  readonly inForce = new Map<Instance, Map<Id, Switched>>();
  /** `data.n` of events that nobody has acknowledged. */
  readonly unacknowledged = new Set<number>();
  cutOff = false;
  /** Part of every id. */
  tag = '';
  readonly select: History['select'];
  readonly #behaviours: ReadonlyMap<string, Behaviour>;
  readonly #parked = new Set<string>();
  readonly #unheard = new Map<string, number>();
  readonly #troubles = new Map<Instance, Trouble>();
  readonly #broken: unknown[] = [];
  /** When each place in the order of all was reached. */
  readonly #reached: number[] = [performance.now()];

  constructor(conditions: Conditions, select: History['select']) {
    this.conditions = conditions;
    this.select = select;
    this.#behaviours = new Map(ids.map((id) => [id, behaviourOf(() => this.healths.get(id))]));
  }

  eventId(seq: number): string {
    return `ev-${this.tag}-${seq}`;
  }

  mayBeThere(payload: string): boolean {
    return this.unacknowledged.has(JSON.parse(payload).data.n);
  }

  unheard(webhookId: string): number {
    return this.#unheard.get(webhookId) ?? 0;
  }

  /** Nobody may have been told of it whose instance was lost: its message is made anew then, or not at all. */
  hasParked(event: number): boolean {
    const id = this.eventId(event);
    const pass = this.passes.find(({ eventId }) => eventId === id);
    return this.#parked.has(id) || pass === undefined || pass.resumed === true;
  }

  called(instance: Instance, handler: string, call: Call, answer: (outcome: Outcome) => void): void {
    const made: SharedCall = {
      ...call,
      instance,
      handler,
      at: instance.now(),
      flowsRan: true,
      begun: this.#next(),
      ended: undefined,
      endedAt: undefined,
      outcome: undefined,
      answer: (change) => {
        if (made.outcome) return;
        made.outcome = { ...fine, ...change };
        made.endedAt = performance.now();
        if (made.ended === undefined) made.ended = this.#next();
        else this.#goesUnheard(made);
        answer(made.outcome);
      },
    };
    this.calls.push(made);
    const switched = this.inForce.get(instance)?.get(handler as Id) ?? 'enabled';
    if (switched !== 'enabled')
      this.broken(new Error(`${call.webhookId} is called where it is known that its handler is ${switched}`));
    const outcome = this.#behaviours.get(handler)?.(made);
    if (outcome) setImmediate(() => made.answer(outcome));
  }

  passed(pass: FirstPass): void {
    this.passes.push(pass);
  }

  told({ eventId, status }: ExecutionRow): void {
    if (status === 'parked') this.#parked.add(eventId);
  }

  log(line: string): void {
    if (!expected.test(line)) this.logged.push(line);
  }

  broken(error: unknown): void {
    this.#broken.push(error);
  }

  /** From now on it may be taken for dead. */
  troubled(instance: Instance): void {
    this.cutOff = true;
    this.#troubles.set(instance, { ...this.#troubleOf(instance), over: Number.POSITIVE_INFINITY });
  }

  recovered(instance: Instance): void {
    this.#troubles.set(instance, { ...this.#troubleOf(instance), over: performance.now() });
  }

  /** It was taken for dead: also without a reason that is known here, on a machine that has too much to do. */
  lost(instance: Instance): void {
    this.#goneOnWith(instance, performance.now() - 2 * lease);
  }

  /** It has died, or has left. */
  gone(instance: Instance): void {
    this.#goneOnWith(instance, performance.now());
  }

  /**
   * Others may have gone on with its calls since something was wrong with it, and what they came to it could not write
   * down.
   * @param since when nothing is known that was wrong
   */
  #goneOnWith(instance: Instance, since: number): void {
    this.cutOff = true;
    const { place, at } = this.#troubleOf(instance, since);
    this.#troubles.delete(instance);
    for (const call of this.calls) {
      if (call.instance !== instance) continue;
      if (Number(call.endedAt) > at - commits) this.#goesUnheard(call);
      if (call.ended === undefined || call.ended > place) call.ended = Math.max(call.begun, place);
    }
  }

  #goesUnheard({ webhookId, outcome }: MadeCall): void {
    if (outcome?.ok) this.#unheard.set(webhookId, this.unheard(webhookId) + 1);
  }

  /** What is wrong with it, or was until it may be known to all that it is well; else what is wrong since a moment. */
  #troubleOf(instance: Instance, since = performance.now()): Trouble {
    const known = this.#troubles.get(instance);
    if (known && performance.now() - known.over < 2 * lease) return known;
    return { place: this.#reached.findLastIndex((at) => at <= since), at: since, over: since };
  }

  /** @throws what went wrong inside of the engines' own work */
  check(): void {
    const [broken] = this.#broken;
    if (broken !== undefined) throw broken;
  }

  /** Answers what hangs. */
  answerAll(): void {
    for (const call of this.calls) if (!call.outcome) call.answer({});
  }

  #next(): number {
    return this.#reached.push(performance.now()) - 1;
  }
}

/** What an instance says when it is cut off, or was taken for dead, and when its circuits are closed. */
const expected =
  /took this one for dead|has not answered for|the database can not be reached|the connection to the database was lost|it is tried again|^info: the circuit of ".*" was closed by an operator$/;
