import assert from 'node:assert/strict';
import type { ParkedFor } from '../../../src/engine/words/execution.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Configured, Id } from './happenings.ts';

type Status = 'enabled' | 'held' | 'disabled';
type Shut = Extract<ParkedFor, 'missing' | 'held' | 'disabled'> | null;

interface Switched {
  readonly status: Status;
  /** When it ends by itself; ms since the epoch. */
  readonly until: number;
  /** It is over for certain since then, and was not looked at before; ms of the monotonic clock. */
  overSince?: number;
  /** It may have been over before, when it could not be seen or the clock stood otherwise. */
  maybeOver?: boolean;
}

/** What the engine says: of whom it knows whether he is switched, and whether the registry is held. */
export interface Said {
  readonly switched: ReadonlyMap<string, boolean>;
  readonly held: boolean;
}

/** The clock may be set ahead: the end of a switch is looked at so often, in ms. */
const lookedAt = 60_000;

/**
 * Which handlers are deployed, and what operators have switched and held (rule 9). The engine's own time runs on when
 * the clock is set back: between the earliest and the latest that it may be, the end of a switch is not certain.
 */
export class Switches {
  readonly #time: VirtualTime;
  #deployed = new Map<string, Configured['status']>();
  readonly #overrides = new Map<string, Switched>();
  #hold: Switched | undefined;
  /** How far ahead of the monotonic clock the engine's time may be. */
  #ahead: number;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#ahead = time.now() - time.monotonic();
  }

  /** A deploy that says the same as an operator ends his switch. */
  deploy(handlers: readonly Configured[]): void {
    this.#deployed = new Map(handlers.map(({ id, status }) => [id, status]));
    for (const { id, status } of handlers) {
      if (this.#overrides.get(id)?.status === status) this.#overrides.delete(id);
    }
  }

  /** What is not deployed, or archived, can't be switched; nor has what the flow says anyway an end. */
  switch(handler: Id, status: Status, until: number): void {
    const deployed = this.#deployed.get(handler);
    if (deployed === undefined || deployed === 'archived') return;
    if (deployed !== status) this.#overrides.set(handler, { status, until });
    else if (until === Number.POSITIVE_INFINITY) this.#overrides.delete(handler);
  }

  hold(until: number): void {
    this.#hold = { status: 'held', until };
  }

  release(): void {
    this.#hold = undefined;
  }

  /** The engine has another life: its time begins with the clock's. */
  restarted(): void {
    this.#ahead = this.#time.now() - this.#time.monotonic();
  }

  clockSet(): void {
    this.#ahead = Math.max(this.#ahead, this.#time.now() - this.#time.monotonic());
  }

  /** The latest that the engine's time may be; ms since the epoch. */
  get latest(): number {
    return this.#time.monotonic() + this.#ahead;
  }

  /** Nothing ends too early, or is forgotten; and what is over does not stay. */
  compare({ switched, held }: Said): void {
    for (const [handler, one] of this.#overrides) {
      const inForce = switched.get(handler);
      if (inForce === undefined) one.maybeOver ||= !this.#lasts(one);
      else if (this.#isOver(one, inForce, `the switch of ${handler}`)) this.#overrides.delete(handler);
    }
    for (const [handler, inForce] of switched) {
      assert.equal(inForce, this.#overrides.has(handler), `whether ${handler} is switched`);
    }
    if (this.#hold && this.#isOver(this.#hold, held, 'the hold')) this.#hold = undefined;
    assert.equal(held, this.#hold !== undefined, 'whether the registry is held');
  }

  /** Why a handler may not be called, whatever its circuit; undefined while that is not certain. */
  shut(handler: string): Shut | undefined {
    const deployed = this.#deployed.get(handler);
    if (deployed === undefined) return 'missing';
    const switched = deployed === 'archived' ? undefined : this.#overrides.get(handler);
    if (switched && !this.#lasts(switched)) return undefined;
    const status = switched?.status ?? deployed;
    if (status === 'held' || status === 'disabled') return status;
    if (!this.#hold) return null;
    return this.#lasts(this.#hold) ? 'held' : undefined;
  }

  #lasts({ until, maybeOver }: Switched): boolean {
    return this.latest < until && !maybeOver;
  }

  #isOver(one: Switched, inForce: boolean, what: string): boolean {
    if (this.#lasts(one)) assert.ok(inForce, `${what} has ended too early`);
    if (!inForce) return true;
    one.maybeOver = false;
    if (this.#time.now() < one.until) return false;
    one.overSince ??= this.#time.monotonic();
    assert.ok(this.#time.monotonic() - one.overSince <= lookedAt, `${what} does not end`);
    return false;
  }
}
