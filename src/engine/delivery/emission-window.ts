import type { Emission, Journal, Released } from '../store/journal.ts';
import type { Time } from '../words/time.ts';
import { ClaimClock } from './claim-clock.ts';
import { EventsOut, type Journey } from './events-out.ts';

/** An accepted event on its way into the flow. */
export interface EmittedEvent extends Emission {
  /** What the event node kept of the message that the event was made of; undefined once it had to wait in the journal. */
  readonly message: unknown;
}

/** How an event node sends an event into the flow. */
export type Emit = (event: EmittedEvent) => void;

interface Options {
  readonly journal: Pick<Journal, 'emitNext' | 'recall' | 'unclaim'>;
  readonly time: Time;
  /** The deployed event nodes by id: each emits what it has accepted. */
  readonly emitters: ReadonlyMap<string, Emit>;
  /** How long an emitted event may stay untaken, in ms. */
  readonly claimMs: () => number;
  /** Called with what became free when an event left the window unclaimed. */
  readonly onReleased: (released: Released) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Events fetched from the journal at a time. They are taken in the commits that chains wait for: many at a time would
 * make a chain of a large backlog wait long for each of its steps.
 */
const fillStep = 16;
/** Messages kept for events that wait; beyond it, a message is made anew from the journal. */
const keptMessages = 1000;
/** How long to wait before a journal that failed is asked again, in ms. */
const journalPause = 1000;

/** The events that are out in the flow: emitted through the node that accepted them, and not yet taken. */
export class EmissionWindow {
  readonly #options: Options;
  readonly #clock: ClaimClock;
  readonly #out = new EventsOut(() => this.fill());
  readonly #messages = new Map<number, unknown>();
  /** Event nodes that are switched off: their events wait for them. Those of nodes that are gone are out at nobody's. */
  #off: readonly string[] = [];
  #turn = 0;
  #reserved = 0;
  #open = false;
  #ready = false;
  /** Counts pauses and recalls: what was asked for before one is void after it. */
  #era = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#clock = new ClaimClock(options.time);
  }

  /** Slots for up to `count` events, to be given back by `settle`. None while older events wait for theirs. */
  reserve(count: number): Reservation {
    const slots = this.#open && !this.#ready ? Math.max(0, Math.min(count, this.#room())) : 0;
    this.#reserved += slots;
    return { slots, era: this.#era };
  }

  giveBack({ slots }: Reservation): void {
    this.#reserved -= slots;
  }

  /** Sends out an event that the journal has marked as emitted. */
  emit(emission: Emission, { era }: { readonly era: number | undefined }): void {
    const send = this.#options.emitters.get(emission.node ?? '');
    if (era !== this.#era || this.#off.includes(emission.node ?? '')) return this.#handBack(emission.seq);
    const message = this.#messages.get(emission.seq);
    this.#messages.delete(emission.seq);
    const deadline = this.#clock.now() + this.#options.claimMs();
    if (send) this.#out.add(emission, deadline);
    else this.#out.addNobodys(emission, deadline);
    this.#watch();
    try {
      send?.({ ...emission, message });
    } catch (error) {
      // Such as a message that can't be copied for a second wire: it is lost, and will be unclaimed.
      this.#options.onError(error);
    }
  }

  /** Emitted for a window that was recalled meanwhile, or for a node that is switched off: it waits in the journal. */
  #handBack(seq: number): void {
    if (!this.#open || this.#out.has(seq)) return;
    this.#options.journal.recall([seq]).then(() => this.wait(), this.#options.onError);
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
  journeyOf(seq: number): Journey | undefined {
    return this.#out.get(seq);
  }

  /** The event was taken. */
  leave(seq: number): void {
    this.#messages.delete(seq);
    if (this.#out.remove(seq)) this.fill();
  }

  /** The journal says that an event became ready and waits for a slot. */
  wait(): void {
    this.#ready = true;
    this.fill();
  }

  /** Emits ready events from the journal while there are slots. */
  fill(): void {
    const slots = Math.min(this.#room(), fillStep);
    if (!this.#open || !this.#ready || slots < 1) return;
    // One request at a time: what leaves meanwhile is asked for by the next.
    this.#ready = false;
    this.#reserved += slots;
    const era = this.#era;
    this.#options.journal
      .emitNext(slots, this.#nodesInTurn(), this.#off)
      .then((emissions) => {
        // Fewer than asked for may be some nodes' share: only nothing is the end.
        if (emissions.length > 0) this.#ready = true;
        for (const emission of emissions) this.emit(emission, { era });
      })
      .catch(async (error) => {
        this.#options.onError(error);
        await this.#pauseOfJournal();
        this.#ready = true;
      })
      .finally(() => {
        this.#reserved -= slots;
        this.fill();
      });
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
    this.#era += 1;
    this.#open = false;
    this.claimable(false);
  }

  /**
   * Emits everything untaken again: a deploy or stop may have lost the messages (rule 3). Goes on until the journal
   * lets it, or the window is paused or resumed anew.
   * @param off event nodes that are switched off
   */
  async resume(executors: boolean, off: readonly string[] = []): Promise<void> {
    this.#era += 1;
    this.#off = off;
    const era = this.#era;
    this.#out.clear();
    for (let recalled = false; !recalled; ) {
      recalled = await this.#recall();
      if (era !== this.#era) return;
    }
    this.#open = true;
    this.#ready = true;
    this.claimable(executors);
    this.fill();
  }

  async #recall(): Promise<boolean> {
    try {
      await this.#options.journal.recall();
      return true;
    } catch (error) {
      this.#options.onError(error);
      await this.#pauseOfJournal();
      return false;
    }
  }

  #pauseOfJournal(): Promise<void> {
    return new Promise((resolve) => this.#options.time.after(journalPause, resolve));
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
    if (late.length > 0) void this.#markUnclaimed(late);
  }

  /** Until it is written, they hold up the events of their objects. After a pause or recall it is void. */
  async #markUnclaimed(late: readonly number[]): Promise<void> {
    const reservation = this.reserve(late.length);
    try {
      const all = await this.#options.journal.unclaim(late, reservation.slots, this.#options.time.now());
      for (const released of all) {
        if (released.emission) this.emit(released.emission, reservation);
        this.#options.onReleased(released);
      }
    } catch (error) {
      this.#options.onError(error);
      await this.#pauseOfJournal();
      if (reservation.era === this.#era) void this.#markUnclaimed(late);
    } finally {
      this.giveBack(reservation);
      this.fill();
    }
  }
}

/** Emission slots set aside while the journal decides who gets them. */
export interface Reservation {
  readonly slots: number;
  readonly era: number;
}
