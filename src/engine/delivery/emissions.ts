import type { Emission } from '../store/journal/work.ts';
import type { Journal } from '../store/journal.ts';
import { passed } from '../words/time.ts';
import { TransientMap } from '../words/transient-map.ts';
import { ClaimClock } from './claim-clock.ts';
import type { Context } from './context.ts';
import { EventsOut, type FlowTrace } from './events-out.ts';
import { type Pulled, pullerOn } from './puller.ts';

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
export function emissionsOn({ journal, ids, time, emitters, claimMs, onError }: Options) {
  const clock = new ClaimClock(time);
  const out = new EventsOut(look);
  const messages = new TransientMap<number, unknown>();
  const puller = pullerOn({ time, most, plan, onError });
  /** Event nodes that are switched off: their events wait for them. Those of nodes that are gone are out at nobody's. */
  let offNodes: readonly string[] = [];
  let nodeTurn = 0;
  let reserved = 0;
  let isOpen = false;
  /** Counts pauses and resumptions: one that goes on is void after another. */
  let resumptions = 0;
  /** Emitted since the last recall was asked for, and before it was answered. */
  let early: number[] = [];
  let cancelTimer: (() => void) | undefined;

  /** Slots for up to `count` events. None while older events wait for theirs. */
  function reserve(count: number): Reservation {
    const free = isOpen && !puller.waits(ready) ? room() : 0;
    const slots = Math.max(0, Math.min(count, free));
    reserved += slots;
    return {
      slots,
      release: () => {
        reserved -= slots;
      },
    };
  }

  /** Sends out an event that the journal has marked as emitted. */
  function emit(emission: Emission): void {
    const { seq, node } = emission;
    if (!isOpen) {
      early.push(seq);
      return;
    }
    if (offNodes.includes(node ?? '')) return handBack([seq]);
    const send = emitters.get(node ?? '');
    const message = messages.get(seq);
    messages.delete(seq);
    const deadline = clock.now() + claimMs();
    out.add(emission, deadline, !send);
    watch();
    try {
      send?.({ ...emission, id: ids.event(seq), message });
    } catch (error) {
      // Such as a message that can't be copied for a second wire: it is lost, and will be unclaimed.
      onError(error);
    }
  }

  /** They wait in the journal: while this window was closed, or for a node that is switched off. */
  function handBack(seqs: readonly number[]): void {
    if (seqs.length > 0) journal.recall(seqs).catch(onError);
  }

  /** Keeps the message of an event that waits, so that its other properties survive. */
  function keep(seq: number, message: unknown): void {
    if (message !== undefined && messages.size < keptMessages) messages.set(seq, message);
  }

  /** The envelope as it was emitted, if the event is out; undefined when it came late. */
  function payloadOf(seq: number): string | undefined {
    return out.get(seq)?.payload;
  }

  /** The way of an event that is out, to be told of each step of it. */
  function traceOf(seq: number): FlowTrace | undefined {
    return out.get(seq);
  }

  /** The event was taken. */
  function leave(seq: number): void {
    messages.delete(seq);
    if (out.remove(seq)) look();
  }

  /** The event nodes of the deployed flows, also those that are switched off; null while flows stand still. */
  function nodes(): readonly string[] | null {
    return isOpen ? [...emitters.keys(), ...offNodes] : null;
  }

  /** An event is ready and waits for a slot. */
  function wake(): void {
    puller.wake(ready);
  }

  /** Slots may be free. */
  function look(): void {
    puller.look(ready);
  }

  function plan() {
    if (!isOpen) return undefined;
    return { waitMs: 0, slots: room(), pull: (slots: number) => emitNext(slots) };
  }

  async function emitNext(slots: number): Promise<Pulled> {
    reserved += slots;
    try {
      const emissions = await journal.emitNext(slots, nodesInTurn(), offNodes);
      for (const emission of emissions) emit(emission);
      // Fewer than asked for may be some nodes' share: only nothing is the end.
      return { got: emissions.length, nextAt: emissions.length > 0 ? 0 : null };
    } finally {
      reserved -= slots;
    }
  }

  /** A single slot is each node's at a time. */
  function nodesInTurn(): readonly string[] {
    const nodes = [...emitters.keys()];
    nodeTurn += 1;
    const first = nodeTurn % Math.max(1, nodes.length);
    return [...nodes.slice(first), ...nodes.slice(0, first)];
  }

  /** The claim clock runs while flows run and an executor exists. */
  function claimable(on: boolean): void {
    clock.run(on && isOpen);
    watch();
  }

  /** Stops emitting; what is out may still be taken. */
  function pause(): void {
    resumptions += 1;
    isOpen = false;
    claimable(false);
  }

  /**
   * Emits everything untaken again: a deploy or stop may have lost the messages (rule 3). Goes on until the journal
   * lets it, or the window is paused or resumed anew.
   * @param off event nodes that are switched off
   */
  async function resume(executors: boolean, off: readonly string[] = []): Promise<void> {
    resumptions += 1;
    const resumption = resumptions;
    isOpen = false;
    offNodes = off;
    out.clear();
    for (let recalled = false; !recalled; ) {
      early = [];
      recalled = await recall();
      if (resumption !== resumptions) return;
    }
    isOpen = true;
    claimable(executors);
    handBack(early);
    wake();
  }

  async function recall(): Promise<boolean> {
    try {
      await journal.recall();
      return true;
    } catch (error) {
      onError(error);
      await passed(time, journalPause);
      return false;
    }
  }

  function room(): number {
    return out.room - reserved;
  }

  function watch(): void {
    if (cancelTimer || !clock.running || out.size === 0) return;
    const wait = out.firstDeadline - clock.now();
    cancelTimer = time.after(Math.max(wait, 50), () => {
      cancelTimer = undefined;
      unclaim();
      watch();
    });
  }

  function unclaim(): void {
    if (!clock.running) return;
    const late = out.removeLate(clock.now());
    if (late.length > 0) void markUnclaimed(late, resumptions);
  }

  /** Until it is written, they hold up the events of their objects. After a pause or recall it is void. */
  async function markUnclaimed(late: readonly number[], resumption: number): Promise<void> {
    const slots = reserve(late.length);
    try {
      await journal.unclaim(late, slots.slots, time.now());
    } catch (error) {
      onError(error);
      await passed(time, journalPause);
      if (resumption === resumptions) void markUnclaimed(late, resumption);
    } finally {
      slots.release();
      look();
    }
  }

  return { reserve, emit, keep, payloadOf, traceOf, leave, nodes, wake, look, claimable, pause, resume };
}
export type Emissions = ReturnType<typeof emissionsOn>;
