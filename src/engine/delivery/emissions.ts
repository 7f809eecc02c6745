import type { Emission, Journal } from '../store/journal.ts';
import { passed } from '../words/time.ts';
import { ClaimClock } from './claim-clock.ts';
import type { Context } from './context.ts';
import { EventsOut, type FlowTrace } from './events-out.ts';
import { type Pulled, Puller } from './puller.ts';

/** An accepted event on its way into the flow. */
export interface EmittedEvent extends Emission {
  readonly id: string;
  /** What the event node kept of the message that the event was made of; undefined once it had to wait in the journal. */
  readonly message: unknown;
}

/** How an event node sends an event into the flow. */
export type Emit = (event: EmittedEvent) => void;

interface Options extends Pick<Context, 'ids' | 'time' | 'onError'> {
  readonly journal: Pick<Journal, 'emitNext' | 'recall' | 'unclaim'>;
  /** The deployed event nodes by id: each emits what it has accepted. */
  readonly emitters: ReadonlyMap<string, Emit>;
  /** How long an emitted event may stay untaken, in ms. */
  readonly claimMs: () => number;
}

/** Slots for events that go out in the write of an operation, while the journal decides which do. */
export interface Reservation {
  readonly slots: number;
  /** Those that were used are taken by their events by now. */
  release(): void;
}

/**
 * Events fetched from the journal at a time. They are taken in the commits that chains wait for: many at a time would
 * make a chain of a large backlog wait long for each of its steps.
 */
const most = 16;
/** Messages kept for events that wait; beyond it, a message is made anew from the journal. */
const keptMessages = 1000;
/** How long to wait before a journal that failed is asked again, in ms. */
const journalPause = 1000;
/** All that is ready is of one kind. */
const ready = 'ready';

/** The events that are out in the flow: emitted through the node that accepted them, and not yet taken. */
export class Emissions {
  readonly #options: Options;
  readonly #clock: ClaimClock;
  readonly #out = new EventsOut(() => this.look());
  readonly #messages = new Map<number, unknown>();
  readonly #puller: Puller;
  /** Event nodes that are switched off: their events wait for them. Those of nodes that are gone are out at nobody's. */
  #off: readonly string[] = [];
  #turn = 0;
  #reserved = 0;
  #open = false;
  /** Counts pauses and resumptions: one that goes on is void after another. */
  #resumption = 0;
  /** Emitted since the last recall was asked for, and before it was answered. */
  #early: number[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { time, onError } = options;
    this.#clock = new ClaimClock(time);
    this.#puller = new Puller({ time, most, plan: () => this.#plan(), onError });
  }

  /** Slots for up to `count` events. None while older events wait for theirs. */
  reserve(count: number): Reservation {
    const free = this.#open && !this.#puller.waits(ready) ? this.#room() : 0;
    const slots = Math.max(0, Math.min(count, free));
    this.#reserved += slots;
    return {
      slots,
      release: () => {
        this.#reserved -= slots;
      },
    };
  }

  /** Sends out an event that the journal has marked as emitted. */
  emit(emission: Emission): void {
    const { seq, node } = emission;
    if (!this.#open) {
      this.#early.push(seq);
      return;
    }
    if (this.#off.includes(node ?? '')) return this.#handBack([seq]);
    const send = this.#options.emitters.get(node ?? '');
    const message = this.#messages.get(seq);
    this.#messages.delete(seq);
    const deadline = this.#clock.now() + this.#options.claimMs();
    this.#out.add(emission, deadline, !send);
    this.#watch();
    try {
      send?.({ ...emission, id: this.#options.ids.event(seq), message });
    } catch (error) {
      // Such as a message that can't be copied for a second wire: it is lost, and will be unclaimed.
      this.#options.onError(error);
    }
  }

  /** They wait in the journal: while this window was closed, or for a node that is switched off. */
  #handBack(seqs: readonly number[]): void {
    if (seqs.length > 0) this.#options.journal.recall(seqs).catch(this.#options.onError);
  }

  /** Keeps the message of an event that waits, so that its other properties survive. */
  keep(seq: number, message: unknown): void {
    if (message !== undefined && this.#messages.size < keptMessages) this.#messages.set(seq, message);
  }

  /** The envelope as it was emitted, if the event is out; undefined when it came late. */
  payloadOf(seq: number): string | undefined {
    return this.#out.get(seq)?.payload;
  }

  /** The way of an event that is out, to be told of each step of it. */
  traceOf(seq: number): FlowTrace | undefined {
    return this.#out.get(seq);
  }

  /** The event was taken. */
  leave(seq: number): void {
    this.#messages.delete(seq);
    if (this.#out.remove(seq)) this.look();
  }

  /** An event is ready and waits for a slot. */
  wake(): void {
    this.#puller.wake(ready);
  }

  /** Slots may be free. */
  look(): void {
    this.#puller.look(ready);
  }

  #plan() {
    if (!this.#open) return undefined;
    return { waitMs: 0, slots: this.#room(), pull: (slots: number) => this.#emitNext(slots) };
  }

  async #emitNext(slots: number): Promise<Pulled> {
    this.#reserved += slots;
    try {
      const emissions = await this.#options.journal.emitNext(slots, this.#nodesInTurn(), this.#off);
      for (const emission of emissions) this.emit(emission);
      // Fewer than asked for may be some nodes' share: only nothing is the end.
      return { got: emissions.length, nextAt: emissions.length > 0 ? 0 : null };
    } finally {
      this.#reserved -= slots;
    }
  }

  /** A single slot is each node's at a time. */
  #nodesInTurn(): readonly string[] {
    const nodes = [...this.#options.emitters.keys()];
    this.#turn += 1;
    const first = this.#turn % Math.max(1, nodes.length);
    return [...nodes.slice(first), ...nodes.slice(0, first)];
  }

  /** The claim clock runs while flows run and an executor exists. */
  claimable(on: boolean): void {
    this.#clock.run(on && this.#open);
    this.#watch();
  }

  /** Stops emitting; what is out may still be taken. */
  pause(): void {
    this.#resumption += 1;
    this.#open = false;
    this.claimable(false);
  }

  /**
   * Emits everything untaken again: a deploy or stop may have lost the messages (rule 3). Goes on until the journal
   * lets it, or the window is paused or resumed anew.
   * @param off event nodes that are switched off
   */
  async resume(executors: boolean, off: readonly string[] = []): Promise<void> {
    this.#resumption += 1;
    const resumption = this.#resumption;
    this.#open = false;
    this.#off = off;
    this.#out.clear();
    for (let recalled = false; !recalled; ) {
      this.#early = [];
      recalled = await this.#recall();
      if (resumption !== this.#resumption) return;
    }
    this.#open = true;
    this.claimable(executors);
    this.#handBack(this.#early);
    this.wake();
  }

  async #recall(): Promise<boolean> {
    try {
      await this.#options.journal.recall();
      return true;
    } catch (error) {
      this.#options.onError(error);
      await passed(this.#options.time, journalPause);
      return false;
    }
  }

  #room(): number {
    return this.#out.room - this.#reserved;
  }

  #watch(): void {
    if (this.#cancelTimer || !this.#clock.running || this.#out.size === 0) return;
    const wait = this.#out.firstDeadline - this.#clock.now();
    this.#cancelTimer = this.#options.time.after(Math.max(wait, 50), () => {
      this.#cancelTimer = undefined;
      this.#unclaim();
      this.#watch();
    });
  }

  #unclaim(): void {
    if (!this.#clock.running) return;
    const late = this.#out.removeLate(this.#clock.now());
    if (late.length > 0) void this.#markUnclaimed(late, this.#resumption);
  }

  /** Until it is written, they hold up the events of their objects. After a pause or recall it is void. */
  async #markUnclaimed(late: readonly number[], resumption: number): Promise<void> {
    const slots = this.reserve(late.length);
    try {
      await this.#options.journal.unclaim(late, slots.slots, this.#options.time.now());
    } catch (error) {
      this.#options.onError(error);
      await passed(this.#options.time, journalPause);
      if (resumption === this.#resumption) void this.#markUnclaimed(late, resumption);
    } finally {
      slots.release();
      this.look();
    }
  }
}
